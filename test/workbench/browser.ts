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

/**
 * Opens the workbench, whose settings name a dark theme, and waits until its window is complete: themes come last.
 * Where it does not get there it is loaded again, as a person would.
 */
export async function openWindow(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(patience);
  await insist(async () => {
    await page.goto(url, { waitUntil: "domcontentloaded" });
    await page.locator(".monaco-workbench.vs-dark .part.statusbar").waitFor({ timeout: patience / 2 });
  });
  return page;
}

/** Opens a file of the folder by its path, as a person does. */
export async function openFile(page: Page, path: string): Promise<void> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  await insist(async (timeout) => {
    await chooseAfter(page, "Control+p", path, name);
    await page.locator(".tab.active", { hasText: name }).waitFor({ timeout });
  });
  await page.locator(".view-line").first().waitFor();
}

/**
 * Presses the keys that open a pick list (chords one after another) and takes the entry that is typed. Where the list
 * closed by itself, as it does when something that was still being drawn takes the focus, it is opened again; where it
 * was drawn before its entries were known it stays empty until something is typed, so that is done again too.
 */
export async function chooseAfter(page: Page, keys: string, typed: string, entry = typed): Promise<void> {
  const list = page.locator(".quick-input-widget");
  await insist(async (timeout) => {
    if (!(await list.isVisible())) for (const chord of keys.split(" ")) await page.keyboard.press(chord);
    await list.locator("input").fill("", { timeout });
    await choose(page, typed, entry, timeout);
  });
}

/** Types into the pick list that is open and takes the entry once the list has caught up. */
export async function choose(page: Page, typed: string, entry = typed, timeout = patience): Promise<void> {
  await page.locator(".quick-input-widget input").fill(typed, { timeout });
  await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: entry }).waitFor({ timeout });
  await page.keyboard.press("Enter");
}

/** Tries again what did not come to its end: a window that is still being drawn loses keys and closes lists. */
export async function insist<T>(work: (timeout: number) => Promise<T>): Promise<T> {
  const attempts = 6;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(patience / attempts);
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}
