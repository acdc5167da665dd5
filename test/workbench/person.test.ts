/** Uses the installed package as a person would, and leaves screenshots in test/.output/screenshots. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { repositoryRoot } from "../support/shared.ts";
import { launchBrowser, openWindow } from "./browser.ts";
import { packageExtension } from "./package.ts";
import { bundledWorkbenchRunsHere, prepareWorkbench } from "./setup.ts";
import { type RunningWorkbench, startWorkbench } from "./start.ts";

const screenshots = join(repositoryRoot, "test/.output/screenshots");
const skip = bundledWorkbenchRunsHere ? false : "the bundled workbench runs on Linux x64";

for (const theme of ["Default Dark Modern", "Default Light Modern"]) {
  describe(`a person with the theme ${theme}`, { skip }, () => {
    let browser: Browser;
    let workbench: RunningWorkbench;
    let page: Page;
    let folder: string;
    const errors: string[] = [];
    const shot = (name: string) =>
      page.screenshot({ path: join(screenshots, `${theme.includes("Dark") ? "dark" : "light"}-${name}.png`) });

    before(async () => {
      mkdirSync(screenshots, { recursive: true });
      folder = mkdtempSync(join(tmpdir(), "mapspace-examples-"));
      cpSync(join(repositoryRoot, "examples"), folder, { recursive: true });
      workbench = await startWorkbench(await prepareWorkbench("current"), {
        folder,
        install: [packageExtension()],
        settings: { "workbench.colorTheme": theme, "window.autoDetectColorScheme": false },
      });
      browser = await launchBrowser();
      page = await openWindow(browser, workbench.url);
      page.on("pageerror", (error) => errors.push(error.message));
    });

    after(async () => {
      await browser?.close();
      workbench?.stop();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    test("opens a mapping and reads its cost", async () => {
      await openFile(page, "eyeriss-like/resnet50-conv3x3.map.yaml");
      await page.locator(".codelens-decoration", { hasText: "cycles" }).first().waitFor();
      await page.locator(".editor-status, .statusbar-item", { hasText: "Timeloop YAML" }).first().waitFor();
      await shot("1-mapping");
    });

    test("types a wrong factor, sees it at once, and takes it back", async () => {
      await gotoLine(page, await lineOf(page, "factors"));
      await page.keyboard.press("End");
      await page.keyboard.type(" K=5");
      await page.locator(".squiggly-error").first().waitFor();
      await page.keyboard.press("Control+Shift+M");
      await page.locator(".markers-panel .monaco-list-row").first().waitFor();
      await shot("2-problem");
      await page.locator(".view-line").first().click();
      await page.keyboard.press("Control+z");
      await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
      await page.keyboard.press("Control+j");
    });

    test("hovers over a level", async () => {
      await page.locator(".view-line", { hasText: "GlobalBuffer" }).getByText("GlobalBuffer").first().hover();
      await page.locator(".monaco-hover .hover-contents").first().waitFor();
      await shot("3-hover");
      await page.keyboard.press("Escape");
    });

    test("opens the architecture and the report", async () => {
      await openFile(page, "eyeriss-like/arch.yaml");
      await page.locator(".view-line", { hasText: "GlobalBuffer" }).first().waitFor();
      await page.locator(".statusbar-item", { hasText: "Timeloop YAML" }).first().waitFor();
      await shot("4-architecture");
      await openFile(page, "eyeriss-like/resnet50-conv3x3.map.yaml");
      await page.locator(".codelens-decoration a", { hasText: "cycles" }).first().click();
      const report = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
      await report.locator("table").first().waitFor();
      await shot("5-report");
    });

    test("leaves no error in the window", () => assert.deepEqual(errors, []));
  });
}

async function openFile(page: Page, path: string): Promise<void> {
  await page.keyboard.press("Control+p");
  const input = page.locator(".quick-input-widget input");
  await input.fill(path);
  const name = path.slice(path.lastIndexOf("/") + 1);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".tab.active", { hasText: name }).waitFor();
  await page.locator(".view-line").first().click();
}

async function gotoLine(page: Page, line: number): Promise<void> {
  await page.keyboard.press("Control+g");
  await page.locator(".quick-input-widget input").fill(`:${line}`);
  await page.keyboard.press("Enter");
}

/** Number of the first visible line that says this. */
async function lineOf(page: Page, text: string): Promise<number> {
  const top = await page
    .locator(".view-line", { hasText: text })
    .first()
    .evaluate((line) => line.getBoundingClientRect().top);
  const numbers = page.locator(".margin-view-overlays > div", { has: page.locator(".line-numbers") });
  const tops = await numbers.evaluateAll((rows) =>
    rows.map((row) => [row.getBoundingClientRect().top, Number(row.textContent)]),
  );
  return tops.find(([at]) => Math.abs(at - top) < 3)?.[1] ?? 1;
}
