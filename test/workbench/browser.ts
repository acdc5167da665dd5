import { type Browser, chromium, type Page } from "playwright-core";
import { prepareChromium } from "./chromium.ts";

/** A fresh Chromium that reaches nothing but this machine. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: prepareChromium(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ],
  });
}

/** Milliseconds to wait for the workbench: machines that test are busy. */
export const patience = 90_000;

/** Opens the workbench and waits until its window is drawn. */
export async function openWindow(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(patience);
  await page.goto(url, { waitUntil: "domcontentloaded" });
  await page.locator(".monaco-workbench .part.statusbar").waitFor();
  return page;
}

/** Opens a file of the folder by its path, as a person does. */
export async function openFile(page: Page, path: string): Promise<void> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  await page.keyboard.press("Control+p");
  await choose(page, path, name);
  await page.locator(".tab.active", { hasText: name }).waitFor();
  await page.locator(".view-line").first().waitFor();
}

/** Types into the pick list and takes the entry once the list has caught up; typed again where it has not. */
export async function choose(page: Page, typed: string, entry = typed): Promise<void> {
  const wanted = page.locator(".quick-input-list .monaco-list-row.focused", { hasText: entry });
  for (let attempt = 1; ; attempt++) {
    await page.locator(".quick-input-widget input").fill(typed);
    try {
      await wanted.waitFor({ timeout: patience / 3 });
      break;
    } catch (error) {
      if (attempt === 3) throw error;
      // A list drawn before the files were known stays empty until something is typed.
      await page.locator(".quick-input-widget input").fill("");
    }
  }
  await page.keyboard.press("Enter");
}
