/** A window with the examples and the Explorer, driven as a person drives it. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, Frame, FrameLocator, Locator, Page } from "playwright-core";
import { repositoryRoot } from "../support/shared.ts";
import { insist, launchBrowser, openFile, openWindow, patience } from "./browser.ts";
import { ensureBuilt } from "./build.ts";
import { prepareWorkbench } from "./setup.ts";
import { type RunningWorkbench, startWorkbench } from "./start.ts";

const screenshots = join(repositoryRoot, "test/.output/screenshots");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** By the name that settings use, and by the class of the window. */
// By the names that settings migrate from: the shorter ones are not always applied in a window that is new.
export const themes = {
  dark: { name: "Default Dark Modern", window: "vs-dark" },
  light: { name: "Default Light Modern", window: "vs" },
  contrast: { name: "Default High Contrast", window: "hc-black" },
} as const;
export type ThemeName = keyof typeof themes;

export const size = { width: 1700, height: 1100 };
const settingsFile = ".vscode/settings.json";
const keys = {
  "ctrl+alt+1": "workbench.action.focusFirstEditorGroup",
  "ctrl+alt+l": "workbench.action.moveEditorToFirstGroup",
  "ctrl+alt+r": "workbench.action.moveEditorToRightGroup",
  "ctrl+alt+w": "workbench.action.closeActiveEditor",
} as const;

export type Settings = Readonly<Record<string, unknown>>;

export interface ExplorerWindowOptions {
  /** Settings of the folder. */
  settings: Settings;
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
    for (const [path, text] of Object.entries({ ...files, [settingsFile]: JSON.stringify(settings) })) {
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
    await page.setViewportSize(size);
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

  /** What a test that failed has left on the screen. */
  async shotOfFailure(context: unknown): Promise<void> {
    const { passed, name } = context as { passed?: boolean; name: string };
    if (passed === false) await this.shot(`failed-${name.replace(/\W+/g, "-").slice(0, 50)}`);
  }

  /** Presses a key until what it does is seen. Those a webview passes on arrive late, and none in an unfinished window. */
  async pressKey(key: string, done: Locator, state: "visible" | "detached" = "visible"): Promise<void> {
    await insist(async (timeout) => {
      await this.page.keyboard.press(key);
      await done.waitFor({ state, timeout });
    });
  }

  /** Where a list is opened next: the focus that the group takes late would close it. */
  private async focusFirstGroup(): Promise<void> {
    const first = this.page.locator(".editor-group-container").first();
    await this.pressKey("Control+Alt+1", first.and(this.page.locator(".active")));
  }

  /** Opens a file in the first group, and waits for the line over its mapping or problem. */
  async openDesign(path: string): Promise<void> {
    await this.focusFirstGroup();
    await openFile(this.page, path);
    await this.lens("Explorer").waitFor();
  }

  /** Replaces the folder's settings. That they are in force shows in the theme, which is one of them. */
  async configure(theme: ThemeName, settings: Settings): Promise<void> {
    const { name, window } = themes[theme];
    await insist(async (timeout) => {
      const text = JSON.stringify({ ...settings, "workbench.colorTheme": name });
      writeFileSync(join(this.folder, settingsFile), text);
      await this.page.locator(`.monaco-workbench.${window}`).waitFor({ timeout });
    });
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

  /** Into the last line with this text, by default the one over the mapping. */
  async clickLine(text = "mapping:"): Promise<void> {
    await this.page
      .locator(".view-line", { hasText: text })
      .last()
      .click({ position: { x: 20, y: 8 } });
  }

  async openPanel(title: string): Promise<void> {
    await this.lens("Open Explorer").click();
    await this.panel.locator("h1", { hasText: title }).waitFor();
  }

  /** Takes an entry of the list that Ctrl+. opens on a line. */
  async codeAction(title: string, line?: string): Promise<void> {
    const focused = this.page.locator(".action-widget .monaco-list-row.focused");
    // A list asked for while the server was still reading closes by itself.
    await insist(async (timeout) => {
      await this.clickLine(line);
      await this.page.keyboard.press("Control+.");
      await focused.waitFor({ timeout });
      for (const end = Date.now() + timeout; !(await focused.textContent({ timeout }))?.includes(title); ) {
        if (Date.now() > end) throw new Error(`“${title}” is not offered`);
        await this.page.keyboard.press("ArrowDown");
      }
    });
    await this.page.keyboard.press("Enter");
  }

  /** A notification; windows under test keep them in the list behind the bell, which closes with the last of them. */
  async notification(text: string | RegExp): Promise<Locator> {
    const found = this.page.locator(".notification-list-item", { hasText: text }).first();
    await until(
      async () => {
        if (await found.isVisible()) return true;
        if (!(await this.page.locator(".notifications-center.visible").isVisible())) {
          const bell = this.page.locator("[id='status.notifications']");
          await bell.click({ timeout: patience / 18 }).catch(() => undefined);
        }
        return found.isVisible();
      },
      (seen) => seen,
      `no notification ${text}`,
    );
    return found;
  }

  /** Presses a button of a notification, by key: whatever is shown for the pointer may lie over it. */
  async answer(text: string | RegExp, button: string): Promise<void> {
    const item = await this.notification(text);
    await insist(async (timeout) => {
      await item.getByRole("button", { name: button, exact: true }).press("Enter", { timeout });
      await item.waitFor({ state: "hidden", timeout });
    });
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

  /** Makes the window so high that the panel shows all it has. */
  async wholePanel(width: number): Promise<void> {
    await this.page.setViewportSize({ width, height: size.height });
    await this.page.waitForTimeout(500);
    const frame = await this.frame();
    const missing = Number(await frame.evaluate("document.documentElement.scrollHeight - innerHeight"));
    await this.page.setViewportSize({ width, height: size.height + missing });
    await this.page.waitForTimeout(500);
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
