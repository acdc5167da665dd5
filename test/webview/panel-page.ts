/** The panel in a browser, told what the editor would tell it: a page without a workbench around it. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import type { Browser, Locator, Page } from "playwright-core";
import type {
  Candidate,
  CandidateView,
  DesignOffer,
  FromPanelBody,
  Run,
  SearchOptions,
  ToPanelBody,
} from "../../server/src/features/explorer/protocol.ts";
import { repositoryRoot } from "../support/shared.ts";
import { launchBrowser } from "../workbench/browser.ts";

const design = "file:///w/a.map.yaml";

/** Colours that VS Code's own themes give: background, foreground, focus, then those of charts. */
const themes = {
  dark: ["#1f1f1f", "#cccccc", "#0078d4", "#59a4f9", "#cca700", "#89d185", "#b180d7", "#f14c4c"],
  light: ["#ffffff", "#3b3b3b", "#005fb8", "#0063d3", "#bf8803", "#388a34", "#652d90", "#e51400"],
  contrast: ["#000000", "#ffffff", "#f38518", "#59a4f9", "#ffd370", "#89d185", "#b180d7", "#f48771"],
} as const;
export type PanelTheme = keyof typeof themes;
const names = [
  ...["editor-background", "foreground", "focusBorder"],
  ...["blue", "yellow", "green", "purple", "red"].map((name) => `charts-${name}`),
];
const classes = { dark: "vscode-dark", light: "vscode-light", contrast: "vscode-high-contrast" };

export class PanelPage {
  private sequence = 0;

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async open(width = 900): Promise<PanelPage> {
    const { outputFiles } = await build({
      entryPoints: [join(repositoryRoot, "webview/src/main.ts")],
      ...{ bundle: true, write: false, outdir: "out", format: "iife" },
    });
    const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width, height: 1400 } });
    await page.setContent(`<body data-design="${design}"><main id="explorer"></main></body>`);
    await page.evaluate(
      "window.sent = []; window.acquireVsCodeApi = () => ({ postMessage: (m) => sent.push(m), getState() {}, setState() {} })",
    );
    const made = new PanelPage(browser, page);
    await made.look("dark");
    await page.addStyleTag({ content: text(".css") });
    await page.addScriptTag({ content: text(".js") });
    return made;
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  async look(theme: PanelTheme): Promise<void> {
    const style = names.map((name, i) => `--vscode-${name}: ${themes[theme][i]}`).join("; ");
    const border = theme === "contrast" ? "; --vscode-contrastBorder: #6fc3df" : "";
    await this.page.evaluate(
      `document.body.className = "${classes[theme]}"; document.documentElement.style.cssText = "${style}${border}"`,
    );
    await this.drawn();
  }

  async tell(...bodies: ToPanelBody[]): Promise<void> {
    for (const body of bodies) {
      const message = { ...body, design, session: "s", sequence: this.sequence++ };
      await this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, "*")`);
    }
    await this.drawn();
  }

  /** What the panel has told the editor, but for what it asks by itself. */
  async sent(): Promise<FromPanelBody[]> {
    const all = (await this.page.evaluate("sent.splice(0)")) as FromPanelBody[];
    return all.filter(({ type }) => type !== "ready" && type !== "view" && type !== "traffic");
  }

  /** Answers what the panel has asked about mappings so far. */
  async answer(view: CandidateView): Promise<void> {
    const asked = (await this.page.evaluate("sent.filter(({ type }) => type === 'view')")) as { request: number }[];
    await this.tell(...asked.map(({ request }): ToPanelBody => ({ type: "view", request, view })));
  }

  card(title: string): Locator {
    return this.page.locator(".card", { has: this.page.getByRole("heading", { name: title, exact: true }) });
  }

  /** The file that a card leaves as. */
  async exported(title: string, ending: "PNG" | "SVG"): Promise<Buffer> {
    await this.sent();
    await this.card(title).locator("summary").click();
    await this.page.getByRole("button", { name: `${title}: ${ending}`, exact: true }).click();
    let file: FromPanelBody | undefined;
    for (let i = 0; file === undefined && i < 300; i++) {
      if (i > 0) await this.page.waitForTimeout(100);
      [file] = await this.sent();
    }
    assert.ok(file?.type === "save", title);
    assert.ok(file.name.endsWith(`.${ending.toLowerCase()}`), file.name);
    return Buffer.from(file.base64, "base64");
  }

  async shot(name: string): Promise<void> {
    const path = join(repositoryRoot, `test/.output/screenshots/${name}.png`);
    mkdirSync(dirname(path), { recursive: true });
    await this.page.screenshot({ path, fullPage: true });
  }

  /** Messages are drawn in the frame after them. */
  private async drawn(): Promise<void> {
    const frames = "new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done))))";
    await this.page.evaluate(frames);
  }
}

export const costs = (energyPj: number, cycles: number, utilization = 0.5): Candidate => ({
  mapping: { levels: [{ temporal: [], spatialX: [], spatialY: [], keep: [true] }] },
  cost: { energyPj, cycles, utilization },
});

export const options: SearchOptions = {
  ...{ strategy: "local", mapspace: "pfm", objective: "edp", evaluations: null, seconds: 60, seed: 1 },
  hardware: "all",
};

export function offer(layers: (Candidate | null)[] = [costs(4e9, 8e5, 1)]): DesignOffer {
  const choice = { detail: "", mapspaces: ["pfm" as const], proves: false, ends: false, cosearch: false };
  return {
    ...{ uri: design, home: design, name: "a", files: {}, mappingUri: design, counting: "exact", hardware: "h" },
    layers: layers.map((before, index) => ({
      ...{ index, name: `layer ${index}`, count: 1, macs: 1000, bounds: "M 4 N 4 K 4", before },
    })),
    strategies: [
      { ...choice, id: "local", label: "Local search" },
      { ...choice, id: "exact", label: "Exact", proves: true, ends: true },
      { ...choice, id: "cosearch", label: "Co-search", cosearch: true },
    ],
    mapspaces: [{ id: "pfm", label: "Perfect factors", detail: "" }],
    hardwares: [{ id: "all", label: "Buffers and array", detail: "" }],
    constraints: [],
    evaluator: { command: "", obstacle: "There is no command." },
    ...{ defaults: options, cosearchDefaults: options, places: [], obstacle: null },
  };
}

export function aRun(id: string, changes: Partial<Run> = {}): Run {
  return {
    ...{ id, design, label: `Run ${id}`, options, layer: 0, layerName: "layer 0", cosearch: false, files: {} },
    ...{ before: null, state: "done", message: null, evaluations: 3000, valid: 900, elapsedMs: 1500, bound: null },
    ...{ best: costs(2e9, 9e5), network: null, curve: [1, 1, 4e15, 900, 700, 1.8e15], cloud: [], front: [] },
    ...changes,
  };
}
