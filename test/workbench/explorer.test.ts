/** The loop the Explorer is for, as a person goes through it: optimise, watch, apply, see the new estimate, undo. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { type CosearchId, catalogue, cosearchCatalogue, type StrategyId } from "../../server/src/worker/catalogue.ts";
import { repositoryRoot } from "../support/shared.ts";
import { choose } from "./browser.ts";
import { ExplorerWindow, size, type ThemeName, themes, until } from "./explorer-window.ts";
import { bundledWorkbenchRunsHere } from "./setup.ts";

const skip = bundledWorkbenchRunsHere ? false : "the bundled workbench runs on Linux x64";
const folder = "three-level";
const mapping = `${folder}/gemm.map.yaml`;
/** Small searches: each finds something within a second or two. */
const settings = { "mapspace.search.strategy": "local", "mapspace.search.evaluations": 3000 };
/** “Optimize this layer” is the local search; the others are started from the panel. */
const searches = [...catalogue.map(({ id }) => id).filter((id) => id !== "local"), "cosearch" as const];
const otherCosearches = cosearchCatalogue.filter((id) => id !== "cosearch");
const tries: Partial<Record<StrategyId | CosearchId, string>> = { bayes: "14", "cosearch-bayes": "14", exact: "600" };

const example = (path: string) => readFileSync(join(repositoryRoot, "examples", path), "utf8");
/** Another mapping of the example. */
const files = {
  "other/gemm.map.yaml": example(mapping)
    .replace("permutation: KNM", "permutation: NKM")
    .replaceAll("=arch", "=../three-level/arch")
    .replaceAll("=gemm", "=../three-level/gemm"),
};

describe("the Explorer", { skip }, () => {
  let window: ExplorerWindow;
  let originals: Record<string, string>;
  let first: string;

  before(async () => {
    window = await ExplorerWindow.open({ settings, files });
    originals = window.texts(folder);
  });

  afterEach((context) => window.shotOfFailure(context));

  after(async () => window?.close());

  /** One undo brings back every file as it was. */
  async function undo(): Promise<void> {
    await window.clickLine();
    await window.page.keyboard.press("Control+z");
    await window.page.locator(".tab.dirty").waitFor({ state: "detached" });
    await window.becomes(first);
    assert.deepEqual(window.texts(folder), originals);
  }

  for (const theme of Object.keys(themes) as ThemeName[]) {
    test(`${theme}: “Optimize this layer”, apply, see the new estimate, undo`, async () => {
      await window.configure(theme, settings);
      await window.openDesign(mapping);
      await window.lens("EDP").waitFor();
      first ??= await window.estimate();
      await window.codeAction("Optimize this layer");
      await window.notification(/: EDP .* → .*−/);
      await window.shot(`explorer-${theme}-1-result`);
      await window.answer(/: EDP .* → .*−/, "Apply");
      await window.changes(first);
      await window.shot(`explorer-${theme}-2-applied`);
      await window.page.keyboard.press("Control+s");
      await window.page.locator(".tab.dirty").waitFor({ state: "detached" });
      assert.notEqual(window.text(mapping), originals["gemm.map.yaml"]);
      await window.clickLine();
      await window.page.keyboard.press("Control+z");
      await window.page.keyboard.press("Control+s");
      await window.becomes(first);
      await until(
        () => window.text(mapping),
        (text) => text === originals["gemm.map.yaml"],
        "the text is not as it was",
      );
    });

    if (theme === "dark") {
      test("the panel opens beside the editor, leaves the focus there and shows what was found", async () => {
        await window.openPanel("gemm");
        await window.panel.locator(".run-name", { hasText: "Local search" }).waitFor();
        await window.lens("Open Explorer").click();
        await window.page.waitForTimeout(300);
        assert.equal(
          await window.page.locator(".tab", { hasText: "Explorer:" }).count(),
          1,
          "one panel for one design",
        );
        assert.match((await window.page.locator(".tab.active.selected").first().textContent()) ?? "", /map\.yaml/);
      });
    }

    for (const strategy of theme === "dark" ? [...searches, ...otherCosearches] : searches) {
      test(`${theme}, ${strategy}: run, watch, apply, see the new estimate, undo`, async () => {
        const run = await window.start(strategy, { seconds: "60", tries: tries[strategy] ?? "3000" });
        await run.locator(".run-state", { hasText: /^[\d,]+ tried/ }).waitFor();
        const name = (await run.locator(".run-name").textContent()) ?? "";
        const points = (await window.tableOf("Best so far")).filter(([label]) => label === name);
        assert.ok(points.length > 0, `${name} has a curve`);
        const applied = async () => {
          await window.press("Apply");
          await window.panel.locator(".notice", { hasText: "Applied" }).waitFor();
          await window.changes(first);
        };
        await applied();
        await run.locator(".run-value", { hasText: "(in the file)" }).waitFor();
        if (strategy === "cosearch") {
          const beside = window.page.locator(".editor-group-container").nth(1).locator(".tab");
          assert.deepEqual(await beside.allTextContents(), ["Explorer: gemm"], "the panel alone");
          assert.match(
            (await window.panel.locator(".notice").textContent()) ?? "",
            /check those on changed lines \(\d+\)/,
          );
          await window.shot(`explorer-${theme}-3-cosearch`);
        }
        await undo();
        if (theme === "dark" && strategy === "gradient") {
          await applied();
          await undo();
        }
      });
    }

    test(`${theme}: readable, wide and narrow, and axe finds nothing serious`, async () => {
      assert.deepEqual(await window.findings(), []);
      for (const [name, width] of Object.entries({ wide: 2400, narrow: 1100 })) {
        await window.wholePanel(width);
        await window.shot(`explorer-${theme}-4-${name}`);
        const frame = await window.frame();
        assert.ok(await frame.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out");
      }
      await window.page.setViewportSize(size);
    });
  }

  test("every chart has a table that says the same", async () => {
    const titles = await window.panel.locator(".card:visible h2").allTextContents();
    assert.ok(titles.length >= 8, titles.join());
    for (const title of titles) assert.ok((await window.tableOf(title)).length > 0, title);
  });

  test("pictures and tables are exported as they are shown", async () => {
    const card = "Energy and cycles";
    const rows = await window.tableOf(card);
    const save = async (ending: string): Promise<Buffer> => {
      await window.card(card).locator("summary", { hasText: "Export" }).click();
      await window.press(`${card}: ${ending.toUpperCase()}`);
      const path = `${folder}/energy-and-cycles.${ending}`;
      const input = window.page.locator(".quick-input-widget input");
      await until(
        () => input.inputValue(),
        (value) => value.endsWith(path),
        "the name is not offered",
      );
      await window.page.keyboard.press("Enter");
      await window.panel.locator(".notice", { hasText: `Saved energy-and-cycles.${ending}` }).waitFor();
      return readFileSync(join(window.folder, path));
    };
    const [head, ...lines] = (await save("csv")).toString().trim().split("\n");
    assert.equal(head, "Run,Cycles,Energy (pJ),EDP (pJ·cycles)");
    const records = JSON.parse((await save("json")).toString()) as Record<string, string | number>[];
    assert.deepEqual(
      records.map(({ Run: name }) => name),
      rows.map(([name]) => name),
    );
    const quoted = (value: string | number) => (String(value).includes(",") ? `"${value}"` : value);
    assert.deepEqual(
      records.map((record) => Object.values(record).map(quoted).join()),
      lines,
    );
    const svg = (await save("svg")).toString();
    assert.match(svg, /^<svg [^>]+>.*<\/svg>\s*$/s);
    const parsed = `new DOMParser().parseFromString(${JSON.stringify(svg)}, "image/svg+xml")`;
    assert.equal(await window.page.evaluate(`${parsed}.querySelectorAll("parsererror").length`), 0);
    assert.ok(
      Number(await window.page.evaluate(`${parsed}.querySelectorAll("text").length`)) > 4,
      "has the axes' texts",
    );
    const png = await save("png");
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    assert.ok(png.readUInt32BE(16) > 300 && png.readUInt32BE(20) > 100, "width and height");
  });

  test("another mapping can be brought in to compare", async () => {
    await window.press("Compare with…");
    await choose(window.page, "other/gemm.map.yaml");
    await window.panel.locator(".run").first().locator(".run-state", { hasText: "from a file" }).waitFor();
    assert.match((await window.panel.locator(".run-name").first().textContent()) ?? "", /gemm\.map\.yaml/);
  });

  async function inPanel(): Promise<void> {
    await window.panel.locator("h1").click();
    await window.page.locator(".editor-group-container.active .tab.active", { hasText: "Explorer:" }).waitFor();
  }

  test("closing the panel while a search runs, opening it again and moving it loses nothing", async () => {
    const run = await window.start("random", {});
    const tried = async () =>
      Number(/([\d,]+) tried/.exec((await run.textContent()) ?? "")?.[1].replaceAll(",", "") ?? 0);
    const seen = await until(tried, (now) => now > 0, "nothing tried");
    const more = await until(tried, (now) => now > seen, "no news of the search");
    const names = await window.panel.locator(".run-name").allTextContents();
    await inPanel();
    await window.pressKey("Control+Alt+w", window.page.locator(".tab", { hasText: "Explorer:" }), "detached");
    await window.openPanel("gemm");
    await run.locator(".run-state", { hasText: "searching" }).waitFor();
    assert.deepEqual(await window.panel.locator(".run-name").allTextContents(), names);
    await until(tried, (now) => now > more, "the search does not go on");

    const place = (group: number) =>
      window.page.locator(".editor-group-container").nth(group).locator(".tab.active", { hasText: "Explorer:" });
    for (const [key, group] of [
      ["l", 0],
      ["r", 1],
    ] as const) {
      const before = await tried();
      await inPanel();
      await window.pressKey(`Control+Alt+${key}`, place(group));
      await run.locator(".run-state", { hasText: "searching" }).waitFor();
      assert.deepEqual(await window.panel.locator(".run-name").allTextContents(), names);
      await until(tried, (now) => now > before, "the search does not go on in its new place");
    }
    await window.press(/^Pause /);
    await run.locator(".run-state", { hasText: "paused" }).waitFor();
    await window.press(/^Resume /);
    await run.locator(".run-state", { hasText: "searching" }).waitFor();
    await window.press(/^Stop /);
    await run.locator(".run-state", { hasText: "stopped" }).waitFor();
    assert.notEqual(await run.locator(".run-value").textContent(), "");
  });

  test("reloading the window loses nothing that was found", async () => {
    const runs = await window.panel.locator(".run-pick").allTextContents();
    // What was found last is on its way to the disk.
    await window.page.waitForTimeout(5000);
    await window.page.reload({ waitUntil: "domcontentloaded" });
    await window.panel.locator("h1", { hasText: "gemm" }).waitFor();
    await window.panel
      .locator(".run")
      .nth(runs.length - 1)
      .waitFor();
    // Changes are told against the file, which the server reads first.
    const now = async () => JSON.stringify(await window.panel.locator(".run-pick").allTextContents());
    await until(now, (texts) => texts === JSON.stringify(runs), "the runs are not as they were");
  });

  test("leaves no error in the window", () => assert.deepEqual(window.errors, []));
});
