/** Uses the installed package as a person would, and leaves screenshots in test/.output/screenshots. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { repositoryRoot } from "../support/shared.ts";
import { chooseAfter, launchBrowser, openFile, openWindow } from "./browser.ts";
import { packageExtension } from "./build.ts";
import { bundledWorkbenchRunsHere, prepareWorkbench } from "./setup.ts";
import { type RunningWorkbench, startWorkbench } from "./start.ts";

const screenshots = join(repositoryRoot, "test/.output/screenshots");
const skip = bundledWorkbenchRunsHere ? false : "the bundled workbench runs on Linux x64";

const mapping = "eyeriss-like/resnet50-conv3x3.map.yaml";

describe("a person", { skip }, () => {
  let browser: Browser;
  let workbench: RunningWorkbench;
  let page: Page;
  let scratch: string;
  const errors: string[] = [];
  const shot = (name: string) => page.screenshot({ path: join(screenshots, `${name}.png`) });

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    scratch = mkdtempSync(join(tmpdir(), "mapspace-person-"));
    const folder = join(scratch, "examples");
    cpSync(join(repositoryRoot, "examples"), folder, { recursive: true });
    const settings = { "workbench.colorTheme": "Default Dark Modern", "window.autoDetectColorScheme": false };
    const { vsix } = await packageExtension();
    workbench = await startWorkbench(await prepareWorkbench("current"), { folder, install: [vsix], settings });
    browser = await launchBrowser();
    page = await openWindow(browser, workbench.url);
    page.on("pageerror", (error) => errors.push(error.message));
  });

  after(async () => {
    await browser?.close();
    workbench?.stop();
    if (scratch) rmSync(scratch, { recursive: true, force: true });
  });

  test("opens a mapping and reads its cost", async () => {
    await openFile(page, mapping);
    await page.locator(".codelens-decoration", { hasText: "cycles" }).first().waitFor({ timeout: 90_000 });
    await page.locator(".statusbar-item", { hasText: "Timeloop YAML" }).first().waitFor();
    await page.locator(".view-line", { hasText: "12 of 12 words" }).first().waitFor();
    await shot("1-mapping-dark");
  });

  test("types a wrong factor, sees it at once, and takes it back", async () => {
    await page.locator(".view-line", { hasText: "factors:" }).first().click();
    await page.keyboard.press("End");
    await page.keyboard.type(" K=5");
    await page.locator(".squiggly-error").first().waitFor();
    await page.keyboard.press("Control+Shift+M");
    await page.locator(".markers-panel .monaco-list-row", { hasText: "factor-product" }).first().waitFor();
    await shot("2-problem-dark");
    await page.locator(".view-line", { hasText: "factors:" }).first().click();
    for (let i = 0; i < 4; i++) await page.keyboard.press("Control+z");
    await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
    await page.keyboard.press("Control+j");
  });

  test("hovers over a level", async () => {
    await page.locator(".view-line", { hasText: "GlobalBuffer" }).getByText("GlobalBuffer").first().hover();
    await page.locator(".monaco-hover .hover-contents table").first().waitFor();
    await shot("3-hover-dark");
    await page.keyboard.press("Escape");
  });

  test("opens the architecture and sees how full its buffers are", async () => {
    await openFile(page, "eyeriss-like/arch.yaml");
    await page.locator(".view-line", { hasText: "GlobalBuffer" }).first().waitFor();
    await page.locator(".squiggly-info").first().waitFor();
    await shot("4-architecture-dark");
  });

  test("clicks Optimize…, is told what was found, applies it and takes it back", async () => {
    await openFile(page, mapping);
    const cost = page.locator(".codelens-decoration a", { hasText: "EDP" }).first();
    const before = await cost.textContent();
    await page.locator(".codelens-decoration a", { hasText: "Optimize…" }).first().click();
    const told = page.locator(".notifications-toasts .notification-list-item", { hasText: /EDP .* → .*Proven best/ });
    await told.waitFor();
    await shot("4b-found-dark");
    await told.getByRole("button", { name: "Apply" }).click();
    await page.locator(".tab.dirty").waitFor();
    await cost.filter({ hasNotText: before ?? "" }).waitFor();
    await page
      .locator(".view-line", { hasText: "mapping:" })
      .last()
      .click({ position: { x: 20, y: 8 } });
    await page.keyboard.press("Control+z");
    await cost.filter({ hasText: before ?? "" }).waitFor();
    await page.locator(".tab.dirty").waitFor({ state: "detached" });
  });

  test("opens the report from the line above the mapping", async () => {
    await openFile(page, mapping);
    await page.locator(".codelens-decoration a", { hasText: "cycles" }).first().click();
    const report = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
    await report.locator("table").first().waitFor();
    await shot("5-report-dark");
  });

  test("changes to a light theme", async () => {
    await chooseAfter(page, "Control+k Control+t", "Light Modern");
    await page.locator(".monaco-workbench.vs").waitFor();
    await shot("6-report-light");
    await page.keyboard.press("Control+w");
    await page.locator(".view-line", { hasText: "mapping:" }).first().waitFor();
    await shot("7-mapping-light");
  });

  test("leaves no error in the window", () => assert.deepEqual(errors, []));
});
