/** Makes the pictures of the README, docs/explorer.md and the walkthrough from the real workbench: `npm run pictures`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { repositoryRoot } from "../support/shared.ts";
import { ExplorerWindow } from "./explorer-window.ts";

const readme = join(repositoryRoot, "docs/images");
const walkthrough = join(repositoryRoot, "client/media/walkthrough");
const mapping = "eyeriss-like/resnet50-conv3x3.map.yaml";
const size = { width: 1280, height: 800 };
/** Cards of the panel that docs/explorer.md shows, and what their pictures are called. */
const cards = {
  "Energy and cycles": "scatter",
  "Energy by level": "energy",
  "Loop nest": "nest",
  Array: "array",
  Roofline: "roofline",
  "Traffic and buffer size": "traffic",
};
/** Above are the title bar, which names the test's window, and tabs; below is the status bar. */
const titleHeight = 31;
const statusHeight = 24;

interface Clip {
  x: number;
  y: number;
  width: number;
  height: number;
}
const all: Clip = { x: 0, y: titleHeight, width: size.width, height: size.height - titleHeight - statusHeight };

async function main(): Promise<void> {
  for (const folder of [readme, walkthrough]) mkdirSync(folder, { recursive: true });
  const window = await ExplorerWindow.open({ settings: {} });
  const { page } = window;
  const write = async (folder: string, name: string, png: Buffer) => {
    const picture = await webp(page, png);
    writeFileSync(join(folder, `${name}.webp`), picture);
    console.log(`${name}.webp ${picture.length.toLocaleString("en-US")} bytes`);
  };
  const take = async (folder: string, name: string, clip: Clip) => {
    await page.mouse.move(size.width - 4, size.height - 4);
    await page.waitForTimeout(400);
    await write(folder, name, await page.screenshot({ clip }));
  };
  /** The cards of the proven mapping, beside what random sampling saw, in two columns. */
  const takeCards = async () => {
    const run = await window.start("random", { tries: "2000000" });
    await run.locator(".run-state", { hasText: /^2,000,000 tried/ }).waitFor();
    await window.panel.locator(".run-pick", { hasText: "Exact" }).click();
    await window.panel.locator(".tile", { hasText: "435.5 µJ" }).waitFor();
    await page.mouse.move(4, 4);
    await window.wholePanel(1840);
    for (const [title, name] of Object.entries(cards)) {
      await write(readme, `panel-${name}`, await window.card(title).screenshot());
    }
    const [first, last] = await Promise.all(
      ["Best so far", "Array"].map(async (title) => (await window.card(title).boundingBox())!),
    );
    const { x, y } = first;
    const clip = { x, y, width: last.x + last.width - x, height: last.y + last.height - y };
    await write(readme, "3-why", await page.screenshot({ clip }));
  };
  try {
    await page.setViewportSize(size);
    await window.openDesign(mapping);
    await page.keyboard.press("Control+b");
    await page.locator(".view-line", { hasText: "12 of 12 words" }).first().waitFor();
    await page.locator(".part.sidebar").waitFor({ state: "hidden" });
    // The first estimate may come before the energy tables are read.
    await window.lens("554.8 µJ").waitFor();
    const editor = { ...all, height: 470 };
    await take(readme, "1-read", editor);
    await take(walkthrough, "read", { ...editor, width: 900 });

    await page.locator(".view-line", { hasText: "GlobalBuffer" }).getByText("GlobalBuffer").first().hover();
    await page.locator(".monaco-hover .hover-contents table").first().waitFor();
    await page.waitForTimeout(400);
    await write(walkthrough, "why", await page.screenshot({ clip: { ...all, width: 900, height: 520 } }));
    await page.keyboard.press("Escape");

    await window.codeAction("Optimize this layer");
    const result = await window.notification(/resnet50-conv3x3: EDP .*Proven best/);
    await take(readme, "2-result", { ...all, y: all.y + all.height - 330, height: 330 });
    await result.getByRole("button", { name: "Open Explorer" }).click();
    await window.panel.locator(".card", { hasText: "Pareto" }).first().waitFor();
    await take(readme, "3-explorer", all);
    await take(walkthrough, "optimize", { ...all, x: 620, width: size.width - 620 });
    await takeCards();
    await page.setViewportSize(size);

    await window.press("Show diff");
    await page.locator(".monaco-diff-editor .line-insert").first().waitFor();
    await take(readme, "4-diff", { ...all, height: 620 });
    await window.press("Apply");
    await window.lens("435.5 µJ").waitFor();
    await take(readme, "5-applied", { ...all, height: 470 });
  } finally {
    await window.close();
  }
}

/** A third of what a PNG takes. */
async function webp(page: Page, png: Buffer): Promise<Buffer> {
  const encoded = (await page.evaluate(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png.toString("base64")}";
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.9);
  })()`)) as string;
  return Buffer.from(encoded.slice(encoded.indexOf(",") + 1), "base64");
}

void main();
