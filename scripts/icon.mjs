// Draws client/media/icon.png from icon.svg, with the Chromium that the tests use.
import { readFileSync } from "node:fs";
import { tsImport } from "tsx/esm/api";

const { launchBrowser } = await tsImport("../test/workbench/browser.ts", import.meta.url);
const browser = await launchBrowser();
const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
await page.setContent(
  `<style>body{margin:0}svg{display:block}</style>${readFileSync("client/media/icon.svg", "utf8")}`,
);
await page.screenshot({ path: "client/media/icon.png", omitBackground: true });
await browser.close();
