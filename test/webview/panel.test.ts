/** The panel as a browser draws it, and what it tells the editor. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Locator } from "playwright-core";
import type { ToPanelBody } from "../../server/src/features/explorer/protocol.ts";
import { bundledWorkbenchRunsHere } from "../workbench/setup.ts";
import { views } from "./example-views.ts";
import { aRun, costs, offer, options, PanelPage } from "./panel-page.ts";

const skip = bundledWorkbenchRunsHere ? false : "the browser of the workbench tests runs on Linux x64";

describe("the panel", { skip }, () => {
  let panel: PanelPage;

  // One for each test: what a panel has asked about a mapping it does not ask again.
  beforeEach(async () => {
    panel = await PanelPage.open();
  });
  afterEach(() => panel.close());

  const welcome = (runs: ReturnType<typeof aRun>[], changes: Partial<ReturnType<typeof offer>> = {}) => {
    const message: ToPanelBody = { type: "welcome", offer: { ...offer(), ...changes }, runs, state: null };
    return panel.tell(message);
  };
  const button = (name: string): Locator => panel.page.getByRole("button", { name, exact: true });

  test("every run is paused, resumed and stopped by its own buttons, and all of them by one", async () => {
    await welcome([
      aRun("a", { state: "running" }),
      aRun("b", { state: "paused" }),
      aRun("c", { state: "waiting" }),
      aRun("d"),
    ]);
    await button("Pause Run a").click();
    await button("Resume Run b").press("Enter");
    for (const name of ["a", "b", "c"]) await button(`Stop Run ${name}`).click();
    await button("Stop all").click();
    const told = (run: string, action: string) => ({ type: "control", design: "file:///w/a.map.yaml", run, action });
    assert.deepEqual(await panel.sent(), [
      ...[told("a", "pause"), told("b", "resume"), told("a", "cancel"), told("b", "cancel"), told("c", "cancel")],
      ...[told("a", "cancel"), told("b", "cancel"), told("c", "cancel")],
    ]);
    assert.equal(await button("Pause Run c").count(), 0, "it has not begun");
    assert.equal(await button("Stop Run d").count(), 0, "it has ended");
    await panel.tell({ type: "run", run: aRun("b") }, { type: "run", run: aRun("c") });
    assert.equal(await button("Stop all").count(), 0, "one run has its own button");
  });

  test("a point of the front that is looked at stays the mapping it was, and is what Apply writes", async () => {
    const [a, b, c] = [costs(1e9, 9e5), costs(2e9, 5e5), costs(3e9, 3e5)];
    await welcome([aRun("a", { state: "running", best: c, front: [a, b, c] })]);
    await panel.page.locator(".card canvas[tabindex]").press("ArrowRight");
    await panel.page.locator(".card canvas[tabindex]").press("ArrowRight");
    const what = panel.page.locator(".act-row .what");
    await what.filter({ hasText: "Point 2 of 3 on the front of Run a." }).waitFor();
    const step = { run: "a", state: "running" as const, evaluations: 9, valid: 9, elapsedMs: 9, bound: null };
    await panel.tell({ type: "progress", progress: { ...step, front: [a, costs(15e8, 6e5), b, c] } });
    await what.filter({ hasText: "Point 3 of 4 on the front of Run a." }).waitFor();
    await panel.tell({ type: "progress", progress: { ...step, front: [a, costs(19e8, 4e5), c] } });
    await what.filter({ hasText: "Was on the front of Run a; a better mapping has taken its place there." }).waitFor();
    await panel.sent();
    await button("Apply").click();
    assert.deepEqual(await panel.sent(), [{ type: "apply", design: "file:///w/a.map.yaml", run: "a", front: b }]);
  });

  test("better and worse are told by the run's own goal, and in words", async () => {
    const before = costs(4e9, 8e5, 1);
    const fewer = costs(9e9, 4e5, 0.5);
    const latency = { ...options, objective: "latency" as const };
    const what = panel.page.locator(".act-row .what");
    await welcome([aRun("a", { best: fewer, options: latency })], offer([before]));
    assert.deepEqual(await panel.page.locator(".tile:visible .chip").allTextContents(), [
      ...["+12.5% worse", "×2.25 worse", "−50% better", "−50% worse"],
    ]);
    assert.equal(await what.textContent(), "Best of Run a.");
    assert.ok(await panel.page.locator("button.primary", { hasText: "Apply" }).isVisible());
    await welcome([aRun("a", { best: fewer })], offer([before]));
    await what
      .filter({ hasText: "Best of Run a. The mapping in the file is better: EDP 3.200e15 pJ·cycles." })
      .waitFor();
    assert.equal(await panel.page.locator("button.primary", { hasText: "Apply" }).count(), 0);
  });

  test("the layers of a network are ranked by the goal of the run that is looked at", async () => {
    const [quick, frugal] = [costs(9e9, 4e5), costs(1e9, 16e5)];
    const table = panel.page.locator(".layer-table");
    const cells = async () => [
      ...(await table.locator("th[scope=col]").allTextContents()).slice(2),
      ...(await table.locator("tbody tr").nth(1).locator("td").allTextContents()).slice(1),
    ];
    const both = (objective: "latency" | "energy") => [
      aRun("a", { best: quick, layer: 1 }),
      aRun("b", { best: frugal, layer: 1, options: { ...options, objective } }),
    ];
    const layers = offer([costs(4e9, 8e5), costs(4e9, 8e5)]);
    const select: ToPanelBody = { type: "select", selection: { layer: 1, run: "b", front: null } };
    await welcome(both("latency"), layers);
    await panel.tell(select);
    assert.deepEqual(await cells(), [
      ...["Cycles in the file", "Best Cycles", "Change", "EDP", "Energy"],
      ...["800,000", "400,000", "−50%", "3.600e15", "9 mJ"],
    ]);
    await welcome(both("energy"), layers);
    await panel.tell(select);
    assert.deepEqual(await cells(), [
      ...["Energy in the file", "Best Energy", "Change", "EDP", "Cycles"],
      ...["4 mJ", "1 mJ", "−75%", "1.600e15", "1,600,000"],
    ]);
  });

  test("a row says when a limit stopped the run, and what that leaves unproven", async () => {
    const exact = { ...options, strategy: "exact", evaluations: 600, seconds: 60 };
    const tells = { options: exact, evaluations: 768, best: costs(2e9, 9e5) };
    await welcome([
      aRun("tries", { ...tells, bound: 0 }),
      aRun("gap", { ...tells, bound: 1.5e15 }),
      aRun("time", { ...tells, options: { ...exact, evaluations: null }, elapsedMs: 60_004, bound: 0, best: null }),
      aRun("proof", { ...tells, bound: 1.8e15 }),
      aRun("user", { ...tells, evaluations: 300, state: "stopped", bound: 0 }),
      aRun("endless", { evaluations: 768, options: { ...options, evaluations: 768 } }),
    ]);
    assert.deepEqual(await panel.page.locator(".run-verdict").allTextContents(), [
      ...["", "", "Proven best.", "Stopped by the limit of 60 s: nothing is proven."],
      "Stopped by the limit of 600 tries. At most 16.7% better is possible.",
      "Stopped by the limit of 600 tries: nothing is proven.",
    ]);
  });

  test("every picture leaves as SVG and PNG, with its title, its summary and its keys", async () => {
    const { view, other } = views();
    const size = { meshX: 4, meshY: 4, capacityWords: null };
    const array = { name: "MAC", before: size, after: { ...size, meshX: 8 } };
    const best = costs(2e9, 6e5);
    const areaUm2 = { before: 1e6, after: 2e6 };
    const network = { architecture: {} as never, hardware: [array], areaUm2, layers: [best] };
    await welcome([aRun("a", { best, front: [best] }), aRun("b", { best, cosearch: true, network })]);
    await panel.tell({ type: "select", selection: { layer: 0, run: "b", front: null } });
    await panel.answer(view);
    await panel.answer(other);
    const pictures = {
      "Best so far": ["in the file", "mappings tried"],
      "Energy and cycles": ["in the file", "cycles"],
      "Energy by level": ["Weights", "DRAM"],
      "Loop nest": ["DRAM", "Outputs", view.computeName],
      Buffers: ["Inputs"],
      Array: ["Buffer → Registers", /X: .* of 4 {3}Y: .* of 4/],
      Roofline: ["MACs per word moved"],
      Hardware: ["Array of MAC", /4 × 4 → 8 × 4 units, ×2/],
    };
    for (const [title, texts] of Object.entries(pictures)) {
      const svg = (await panel.exported(title, "SVG")).toString();
      const read = `[...new DOMParser().parseFromString(${JSON.stringify(svg)}, "image/svg+xml").querySelectorAll("text")]`;
      const words = (await panel.page.evaluate(`${read}.map((text) => text.textContent).join(" ")`)) as string;
      const summary = await panel.card(title).locator(".card-note").textContent();
      for (const text of [title, summary ?? "", ...texts]) {
        const found = typeof text === "string" ? words.includes(text) : text.test(words);
        assert.ok(found, `${title}: ${text} in ${words}`);
      }
      assert.ok(!/<text[^>]*clip-path/.test(svg), `${title}: a clip that moves with its text`);
      if (title === "Energy and cycles") assert.match(svg, /<path d="M[^"]*A4\.5 4\.5[^"]*" fill="#59a4f9"/, "points");
      if (title === "Best so far")
        assert.match(svg, /<path d="M[^Z"]*L[^Z"]*L[^Z"]*" fill="none" stroke="#59a4f9"/, "lines");
      const png = await panel.exported(title, "PNG");
      assert.equal(png.subarray(1, 4).toString(), "PNG");
      const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
      const [, wide, high] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
      assert.deepEqual([width, height], [Math.ceil(2 * Number(wide)), Math.ceil(2 * Number(high))], title);
    }
  });

  test("a run takes two lines of a narrow panel at most", async () => {
    const long = { label: "Geometric programming 2", message: "The time was over before the proof was." };
    await welcome([aRun("a", long), aRun("b", { ...long, state: "running", evaluations: 123_456_789 })]);
    for (const width of [370, 620]) {
      await panel.page.setViewportSize({ width, height: 1400 });
      for (const one of await panel.page.locator(".run").all()) {
        const { height = 0 } = (await one.boundingBox()) ?? {};
        assert.ok(height > 20 && height <= 50, `${height} px of ${width}`);
      }
      assert.ok(await panel.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out");
    }
  });
});
