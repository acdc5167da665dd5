/** What is started from a file and told in notifications: cancelling, a first mapping, all layers of a network. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { repositoryRoot } from "../support/shared.ts";
import { ExplorerWindow } from "./explorer-window.ts";
import { bundledWorkbenchRunsHere } from "./setup.ts";

const skip = bundledWorkbenchRunsHere ? false : "the bundled workbench runs on Linux x64";
const example = (path: string) => readFileSync(join(repositoryRoot, "examples", path), "utf8");
/** A design without a mapping, small enough for a proof at once. */
const files = {
  "first/arch.yaml": example("three-level/arch.yaml"),
  "first/ert.yaml": example("three-level/ert.yaml"),
  "first/gemm.yaml": example("three-level/gemm.yaml").replace(/\b(M|N|K): \d+/g, "$1: 16"),
};
/** Without a limit but a minute: long enough to be cancelled. */
const unlimited = { "mapspace.search.strategy": "local" };
const network = "gemmini-like/bert-projections";

describe("commands that search", { skip }, () => {
  let window: ExplorerWindow;

  before(async () => {
    window = await ExplorerWindow.open({ settings: unlimited, files });
  });

  afterEach((context) => window.shotOfFailure(context));

  after(async () => window?.close());

  test("cancelling the progress keeps the best so far and offers what can be done with it", async () => {
    await window.openDesign("three-level/gemm.map.yaml");
    await window.codeAction("Optimize this layer");
    await window.answer(/Optimizing .*\(Local search.*−/, "Cancel");
    const result = await window.notification(/: EDP .* → .*−/);
    const offered = await result.locator(".monaco-button").allTextContents();
    assert.deepEqual(offered, ["Apply", "Show Diff", "Open Explorer"]);
    await window.answer(/: EDP .* → .*−/, "Open Explorer");
    const chosen = window.panel.locator(".run", { has: window.page.locator("[aria-pressed='true']") });
    await chosen.locator(".run-state", { hasText: "stopped" }).waitFor();
    await window.press("Show diff");
    await window.page.locator(".monaco-diff-editor .line-insert").first().waitFor();
    await window.shot("commands-1-diff");
    await window.press("Apply");
    await chosen.locator(".run-value", { hasText: "in the file" }).waitFor();
    for (const name of ["Apply", "Show diff"]) {
      assert.ok(await window.panel.getByRole("button", { name, exact: true }).isDisabled(), name);
    }
    await window.shot("commands-1-applied");
  });

  test("a mapping is made where there is none", async () => {
    await window.configure("light", {});
    await window.openDesign("first/gemm.yaml");
    await window.codeAction("Create a mapping for this architecture and problem", "problem:");
    const found = await window.notification(/: EDP [^→]+ pJ·cycles/);
    const edp = /EDP (\S+) pJ/.exec((await found.textContent()) ?? "")?.[1];
    await window.answer(/: EDP [^→]+ pJ·cycles/, "Write Mapping File");
    await window.page.locator(".tab.active.selected", { hasText: "gemm.map.yaml" }).waitFor();
    await window.lens(`EDP ${edp}`).waitFor();
    assert.match(
      window.text("first/gemm.map.yaml"),
      /^# mapspace: architecture=arch\.yaml problem=gemm\.yaml\nmapping:/,
    );
    await window.shot("commands-2-first-mapping");
  });

  test("all layers of a network are optimised and written at once", async () => {
    await window.openDesign(`${network}.map.yaml`);
    await window.codeAction("Optimize all layers");
    const told = /3 of 3 layers have a better mapping\. Network: EDP .* → .*−/;
    await window.answer(told, "Write Mapping Files");
    await window.page.locator(".tab", { hasText: "bert-projections.tokens-128.map.yaml" }).waitFor();
    for (const layer of ["tokens-128", "tokens-256", "tokens-512"]) {
      assert.match(window.text(`${network}.${layer}.map.yaml`), new RegExp(`^# mapspace: .* layer=${layer}\n`));
    }
    await window.lens("EDP").waitFor();
    assert.equal(window.text(`${network}.map.yaml`), example(`${network}.map.yaml`));
    await window.shot("commands-3-all-layers");
  });

  test("leaves no error in the window", () => assert.deepEqual(window.errors, []));
});
