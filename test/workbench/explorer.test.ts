/** The loop the Explorer is for, as a person goes through it: optimise, watch, apply, see the new estimate, undo. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser, Frame, FrameLocator, Page } from "playwright-core";
import { catalogue } from "../../server/src/worker/catalogue.ts";
import { repositoryRoot } from "../support/shared.ts";
import { choose, launchBrowser, openFile, openWindow } from "./browser.ts";
import { bundledWorkbenchRunsHere, prepareWorkbench } from "./setup.ts";
import { type RunningWorkbench, startWorkbench } from "./start.ts";

const screenshots = join(repositoryRoot, "test/.output/screenshots");
const skip = bundledWorkbenchRunsHere ? false : "the bundled workbench runs on Linux x64";
const mapping = "eyeriss-like/resnet50-conv3x3.map.yaml";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const themes = {
  dark: "Dark Modern",
  light: "Light Modern",
  contrast: "Dark High Contrast",
};

describe("the Explorer", { skip }, () => {
  let browser: Browser;
  let workbench: RunningWorkbench;
  let page: Page;
  let panel: FrameLocator;
  let scratch: string;
  let original: string;
  const errors: string[] = [];
  const file = () => join(scratch, "examples", mapping);
  const shot = (name: string) => page.screenshot({ path: join(screenshots, `${name}.png`) });
  const lens = (text: string) => page.locator(".codelens-decoration a", { hasText: text }).first();
  const estimate = async () => (await lens("EDP").textContent()) ?? "";

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    scratch = mkdtempSync(join(tmpdir(), "mapspace-explorer-"));
    const folder = join(scratch, "examples");
    cpSync(join(repositoryRoot, "examples"), folder, { recursive: true });
    original = readFileSync(file(), "utf8");
    workbench = await startWorkbench(await prepareWorkbench("current"), {
      folder,
      extensionDevelopmentPath: repositoryRoot,
      settings: { "workbench.colorTheme": "Default Dark Modern", "window.autoDetectColorScheme": false },
    });
    browser = await launchBrowser();
    page = await openWindow(browser, workbench.url);
    await page.setViewportSize({ width: 1700, height: 1100 });
    page.on("pageerror", (error) => errors.push(error.message));
    panel = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  });

  afterEach(async (context) => {
    if ((context as { passed?: boolean }).passed === false) await shot(`explorer-failed-${context.name.slice(0, 20)}`);
  });

  after(async () => {
    await browser?.close();
    workbench?.stop();
    if (scratch) rmSync(scratch, { recursive: true, force: true });
  });

  test("“Optimize this layer” finds the proven best, and Apply brings it into the file", async () => {
    await openFile(page, mapping);
    await lens("EDP").waitFor();
    const first = await settled(estimate);
    await page
      .locator(".view-line", { hasText: "mapping:" })
      .last()
      .click({ position: { x: 20, y: 8 } });
    await page.keyboard.press("Control+.");
    await page.locator(".action-widget .monaco-list-row", { hasText: "Optimize this layer" }).waitFor();
    await page.keyboard.type("Optimize");
    await page.keyboard.press("Enter");
    // Windows under test keep notifications to themselves.
    await page.locator("[id='status.notifications']").click();
    await page.mouse.move(400, 400);
    const result = page.locator(".notification-list-item", { hasText: "Proven best" }).first();
    await result.waitFor();
    await shot("explorer-1-result");
    await result.getByRole("button", { name: "Apply" }).click();
    await page.locator(".tab.active.dirty", { hasText: "map.yaml" }).waitFor();
    await changed(estimate, first);
    await shot("explorer-2-applied");
    await undo(page);
    await page.locator(".tab.active.dirty").waitFor({ state: "detached" });
    await becomes(estimate, first);
    assert.equal(readFileSync(file(), "utf8"), original);
  });

  test("the panel opens beside the editor, leaves the focus there and shows what was found", async () => {
    await page
      .locator(".view-line", { hasText: "mapping:" })
      .last()
      .click({ position: { x: 20, y: 8 } });
    await lens("Open Explorer").click();
    await panel.locator("h1", { hasText: "resnet50-conv3x3" }).waitFor();
    await panel.locator(".run-name", { hasText: "Exact" }).waitFor();
    await lens("Open Explorer").click();
    await page.waitForTimeout(500);
    assert.equal(await page.locator(".tab", { hasText: "Explorer:" }).count(), 1, "one panel for one design");
    assert.match((await page.locator(".tab.active.selected").first().textContent()) ?? "", /map\.yaml/);
  });

  for (const { id } of catalogue) {
    test(`${id}: run, watch, apply, see the new estimate, undo`, async () => {
      const first = await estimate();
      const runs = await panel.locator(".run").count();
      await panel.getByLabel("Strategy", { exact: true }).selectOption(id);
      await panel.getByLabel("Mappings", { exact: true }).selectOption("pfm");
      await panel.getByLabel("Seconds", { exact: true }).fill("6");
      await panel.getByRole("button", { name: /^Run( another)?$/ }).click();
      await panel.locator(".run").nth(runs).waitFor();
      const latest = panel.locator(".run").first();
      await latest.locator(".run-state", { hasText: /^[\d,]+ tried/ }).waitFor();
      if ((await latest.locator(".run-value").textContent()) === "") return;
      await panel.getByRole("button", { name: "Apply", exact: true }).click();
      await panel.locator(".notice", { hasText: "Applied" }).waitFor();
      await changed(estimate, first);
      await page
        .locator(".view-line", { hasText: "mapping:" })
        .last()
        .click({ position: { x: 20, y: 8 } });
      await undo(page);
      await becomes(estimate, first);
    });
  }

  test("a search can be stopped at any time and keeps its best", async () => {
    await panel.getByLabel("Strategy", { exact: true }).selectOption("random");
    await panel.getByLabel("Seconds", { exact: true }).fill("");
    for (const wait of [300, 900]) {
      const runs = await panel.locator(".run").count();
      await panel.getByRole("button", { name: /^Run( another)?$/ }).click();
      await panel.locator(".run").nth(runs).waitFor();
      const latest = panel.locator(".run").first();
      await latest.locator(".run-state", { hasText: "searching" }).waitFor();
      await page.waitForTimeout(wait);
      await panel.getByRole("button", { name: "Pause", exact: true }).click();
      await latest.locator(".run-state", { hasText: "paused" }).waitFor();
      await panel.getByRole("button", { name: "Resume", exact: true }).click();
      await latest.locator(".run-state", { hasText: "searching" }).waitFor();
      await panel.getByRole("button", { name: "Stop", exact: true }).click();
      await latest.locator(".run-state", { hasText: "stopped" }).waitFor();
    }
  });

  for (const [name, colours] of Object.entries(themes)) {
    test(`${name}: readable, and axe finds nothing serious`, async () => {
      await chooseTheme(page, colours);
      const wanted = { dark: "vscode-dark", light: "vscode-light", contrast: "vscode-high-contrast" }[name];
      await panel.locator(`body.${wanted}`).waitFor();
      await page.waitForTimeout(500);
      await shot(`explorer-3-${name}-top`);
      const frame = await panelFrame(page);
      assert.deepEqual(await findings(frame), []);
      for (const [part, position] of [
        ["middle", 850],
        ["bottom", 100_000],
      ] as const) {
        await frame.evaluate(`scrollTo(0, ${position})`);
        await page.waitForTimeout(200);
        await shot(`explorer-3-${name}-${part}`);
      }
      await frame.evaluate("scrollTo(0, 0)");
    });
  }

  test("every chart has a table that says the same", async () => {
    const cards = panel.locator(".card:visible");
    for (let i = 0; i < (await cards.count()); i++) {
      const card = cards.nth(i);
      const button = card.getByRole("button", { name: "Table", exact: true });
      await button.click();
      await card.locator(".table-box tbody tr").first().waitFor();
      await button.click();
    }
    assert.deepEqual(await findings(await panelFrame(page)), []);
  });

  test("reloading the window loses nothing that was found", async () => {
    const names = await panel.locator(".run-pick").allTextContents();
    await page.waitForTimeout(2000);
    await page.reload({ waitUntil: "domcontentloaded" });
    await panel.locator("h1", { hasText: "resnet50-conv3x3" }).waitFor();
    await panel
      .locator(".run")
      .nth(names.length - 1)
      .waitFor();
    assert.deepEqual(await panel.locator(".run-pick").allTextContents(), names);
  });

  test("leaves no error in the window", () => assert.deepEqual(errors, []));
});

async function findings(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe);
  const { violations } = await frame.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join(" | ")}`);
}

interface AxeViolation {
  id: string;
  impact: string;
  nodes: { html: string; any: { message: string }[] }[];
}

async function panelFrame(page: Page): Promise<Frame> {
  for (const frame of page.frames()) {
    if ((await frame.locator("#explorer").count()) > 0) return frame;
  }
  throw new Error("the panel is not there");
}

/** By the list of themes, as a person does it. */
async function chooseTheme(page: Page, name: string): Promise<void> {
  await page.locator(".tab", { hasText: "map.yaml" }).first().click();
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Control+t");
  await choose(page, name);
}

async function undo(page: Page): Promise<void> {
  await page.keyboard.press("Control+z");
}

/** The estimate once every file of the design has been read. */
async function settled(read: () => Promise<string>): Promise<string> {
  let last = await read();
  for (let same = 0; same < 15; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await read();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}

async function changed(read: () => Promise<string>, from: string): Promise<void> {
  await until(read, (now) => now !== "" && now !== from, `${from} stays`);
}

async function becomes(read: () => Promise<string>, wanted: string): Promise<void> {
  await until(read, (now) => now === wanted, `never ${wanted}`);
}

async function until(read: () => Promise<string>, holds: (now: string) => boolean, otherwise: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds(await read())) {
    if (Date.now() > end) throw new Error(`${otherwise}, but ${await read()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
