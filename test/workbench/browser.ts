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
