/** A window with the examples and the Explorer, driven as a person drives it. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, Frame, FrameLocator, Locator, Page } from "playwright-core";
import { repositoryRoot } from "../support/shared.ts";
import { chooseAfter, launchBrowser, openFile, openWindow, patience } from "./browser.ts";
import { ensureBuilt } from "./build.ts";
import { prepareWorkbench } from "./setup.ts";
import { type RunningWorkbench, startWorkbench } from "./start.ts";

const screenshots = join(repositoryRoot, "test/.output/screenshots");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const themes = {
  dark: { name: "Dark Modern", window: "vs-dark" },
  light: { name: "Light Modern", window: "vs" },
  contrast: { name: "Dark High Contrast", window: "hc-black" },
} as const;
export type ThemeName = keyof typeof themes;

const keys = {
  "ctrl+alt+1": "workbench.action.focusFirstEditorGroup",
  "ctrl+alt+l": "workbench.action.moveEditorToFirstGroup",
  "ctrl+alt+r": "workbench.action.moveEditorToRightGroup",
} as const;

export interface ExplorerWindowOptions {
  /** Settings of the folder. */
  settings: Readonly<Record<string, unknown>>;
  /** Files beside the examples, by path. */
  files?: Readonly<Record<string, string>>;
}

export class ExplorerWindow {
  readonly panel: FrameLocator;
  readonly errors: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly workbench: RunningWorkbench,
    readonly page: Page,
    /** A copy of the examples. */
    readonly folder: string,
  ) {
    this.panel = page.frameLocator("iframe.webview.ready:visible").frameLocator("iframe#active-frame");
    page.on("pageerror", (error) => this.errors.push(error.message));
  }

  static async open({ settings, files = {} }: ExplorerWindowOptions): Promise<ExplorerWindow> {
    await ensureBuilt();
    mkdirSync(screenshots, { recursive: true });
    const folder = join(mkdtempSync(join(tmpdir(), "mapspace-explorer-")), "examples");
    cpSync(join(repositoryRoot, "examples"), folder, { recursive: true });
    for (const [path, text] of Object.entries({ ...files, ".vscode/settings.json": JSON.stringify(settings) })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const workbench = await startWorkbench(await prepareWorkbench("current"), {
      folder,
      extensionDevelopmentPath: repositoryRoot,
      settings: {
        "workbench.colorTheme": themes.dark.name,
        "window.autoDetectColorScheme": false,
        // What a person reads beside the panel is the text, not its picture.
        "editor.minimap.enabled": false,
      },
      keys: Object.entries(keys).map(([key, command]) => ({ key, command })),
    });
    const browser = await launchBrowser();
    const page = await openWindow(browser, workbench.url);
    await page.setViewportSize({ width: 1700, height: 1100 });
    return new ExplorerWindow(browser, workbench, page, folder);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.workbench.stop();
    rmSync(dirname(this.folder), { recursive: true, force: true });
  }

  async shot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  text(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** Every file of a folder of the examples with its text. */
  texts(folder: string): Record<string, string> {
    const names = readdirSync(join(this.folder, folder)).filter((name) => name.endsWith(".yaml"));
    return Object.fromEntries(names.map((name) => [name, this.text(join(folder, name))]));
  }

  /** Keys that a webview passes on arrive late: a list opened meanwhile would close again. */
  private async focusFirstGroup(): Promise<void> {
    await this.page.keyboard.press("Control+Alt+1");
    await this.page.locator(".editor-group-container").first().and(this.page.locator(".active")).waitFor();
  }

  /** Opens a file in the first group, and waits for the line over its mapping or problem. */
  async openDesign(path: string): Promise<void> {
    await this.focusFirstGroup();
    await openFile(this.page, path);
    await this.lens("Explorer").waitFor();
  }

  /** Replaces all of a file in the editor and saves it, so that the window knows. */
  async changeFile(path: string, text: string): Promise<void> {
    await this.focusFirstGroup();
    await openFile(this.page, path);
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.insertText(text);
    // Brackets that the editor closed by itself.
    await this.page.keyboard.press("Control+Shift+End");
    await this.page.keyboard.press("Delete");
    await this.page.keyboard.press("Control+s");
    await until(
      () => this.text(path),
      (now) => now === text,
      `${path} is not saved`,
    );
  }

  lens(text: string): Locator {
    return this.page.locator(".codelens-decoration a", { hasText: text }).first();
  }

  async estimate(): Promise<string> {
    return (await this.lens("EDP").textContent()) ?? "";
  }

  async becomes(wanted: string): Promise<void> {
    await until(
      () => this.estimate(),
      (now) => now === wanted,
      `never ${wanted}`,
    );
  }

  async changes(from: string): Promise<void> {
    await until(
      () => this.estimate(),
      (now) => now !== "" && now !== from,
      `${from} stays`,
    );
  }

  /** Into the line that names the mapping. */
  async clickMapping(): Promise<void> {
    await this.page
      .locator(".view-line", { hasText: "mapping:" })
      .last()
      .click({ position: { x: 20, y: 8 } });
  }

  async openPanel(title: string): Promise<void> {
    await this.lens("Open Explorer").click();
    await this.panel.locator("h1", { hasText: title }).waitFor();
  }

  async codeAction(title: string): Promise<void> {
    const action = this.page.locator(".action-widget .monaco-list-row", { hasText: title });
    for (let attempt = 1; ; attempt++) {
      await this.clickMapping();
      await this.page.keyboard.press("Control+.");
      try {
        await action.waitFor({ timeout: patience / 3 });
        break;
      } catch (error) {
        // A list asked for while the server was still reading closes by itself.
        if (attempt === 3) throw error;
      }
    }
    await this.page.keyboard.type(title.split(" ")[0]);
    await this.page.keyboard.press("Enter");
  }

  /** A notification; windows under test keep them in the list behind the bell. */
  async notification(text: string | RegExp): Promise<Locator> {
    const found = this.page.locator(".notification-list-item", { hasText: text }).first();
    if (!(await this.page.locator(".notifications-center.visible").isVisible())) {
      await this.page.locator("[id='status.notifications']").click();
    }
    await found.waitFor();
    return found;
  }

  /** Starts a search from the panel and returns its row. */
  async start(strategy: string, { seconds = "", tries = "" }: { seconds?: string; tries?: string }): Promise<Locator> {
    const { panel } = this;
    await panel.getByLabel("Strategy", { exact: true }).selectOption(strategy);
    await panel.getByLabel("Seconds", { exact: true }).fill(seconds);
    await panel.getByLabel("Most tries", { exact: true }).fill(tries);
    const names = panel.locator(".run-name");
    const [last] = await names.allTextContents();
    await this.press(/^Run( another)?$/);
    await until(
      async () => (await names.allTextContents())[0],
      (now) => now !== undefined && now !== last,
      "no new run",
    );
    return panel.locator(".run").first();
  }

  async press(name: string | RegExp): Promise<void> {
    await this.panel.getByRole("button", { name, exact: true }).click();
  }

  card(title: string): Locator {
    return this.panel.locator(".card", { has: this.page.getByRole("heading", { name: title, exact: true }) });
  }

  /** The rows of a card's table, as text. */
  async tableOf(title: string): Promise<string[][]> {
    const card = this.card(title);
    const button = card.getByRole("button", { name: "Table", exact: true });
    await button.click();
    const rows = card.locator(".table-box tbody tr");
    await rows.first().waitFor();
    const texts = await rows.evaluateAll((all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent ?? "")),
    );
    await button.click();
    return texts;
  }

  async theme(theme: ThemeName): Promise<void> {
    const { name, window } = themes[theme];
    await this.focusFirstGroup();
    await chooseAfter(this.page, "Control+k Control+t", name);
    await this.page.locator(`.monaco-workbench.${window}`).waitFor();
  }

  async frame(): Promise<Frame> {
    for (const frame of this.page.frames()) if ((await frame.locator("#explorer").count()) > 0) return frame;
    throw new Error("the panel is not there");
  }

  /** What axe-core finds serious in the panel. */
  async findings(): Promise<string[]> {
    const frame = await this.frame();
    await frame.evaluate(axe);
    const { violations } = await frame.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } }).axe.run(),
    );
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join(" | ")}`);
  }
}

interface AxeViolation {
  id: string;
  impact: string;
  nodes: { html: string; any: { message: string }[] }[];
}

export async function until<T>(
  read: () => T | Promise<T>,
  holds: (now: T) => boolean,
  otherwise: string,
  wait = patience,
): Promise<T> {
  const end = Date.now() + wait;
  for (;;) {
    const now = await read();
    if (holds(now)) return now;
    if (Date.now() > end) throw new Error(`${otherwise}, but ${now}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
