/**
 * One update of the panel with 10,000 mappings in its scatter, without a graphics card: the time of its script by the
 * clock, which counts what else the machine does; and processor time, of the page's script, of all the page does on its
 * main thread, and of the whole browser, drawing included. `npm run bench:panel`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Candidate, DesignOffer, Run, ToPanel } from "../../server/src/features/explorer/protocol.ts";
import { repositoryRoot } from "../support/shared.ts";
import { launchBrowser } from "../workbench/browser.ts";

const design = "file:///bench/a.map.yaml";
const points = 10_000;
const updates = 60;

const candidate = (energyPj: number, cycles: number): Candidate => ({
  mapping: { levels: [] },
  cost: { energyPj, cycles, utilization: 0.5 },
});
const options = {
  strategy: "local",
  mapspace: "pfm",
  objective: "edp",
  evaluations: null,
  seconds: 10,
  seed: 1,
  hardware: "all",
} as const;
const offer: DesignOffer = {
  uri: design,
  home: design,
  name: "bench",
  files: {},
  mappingUri: design,
  counting: "exact",
  hardware: "",
  layers: [{ index: 0, name: "conv", count: 1, macs: 1e8, bounds: "K 64", before: candidate(6e8, 7e5) }],
  strategies: [
    { id: "local", label: "Local search", detail: "", mapspaces: ["pfm"], proves: false, ends: false, cosearch: false },
  ],
  mapspaces: [{ id: "pfm", label: "Perfect factors", detail: "" }],
  hardwares: [],
  constraints: [],
  evaluator: { command: "", obstacle: "none" },
  defaults: options,
  cosearchDefaults: options,
  places: [],
  obstacle: null,
};
const cloud = Array.from({ length: points }, (_, i) => [
  4e8 + ((i * 7919) % 1e5) * 1e4,
  6e5 + ((i * 104729) % 1e6),
]).flat();
const run: Run = {
  id: "a",
  design,
  label: "Local search",
  options,
  layer: 0,
  layerName: "conv",
  cosearch: false,
  files: {},
  before: offer.layers[0].before,
  state: "running",
  message: null,
  evaluations: points,
  valid: points,
  elapsedMs: 1000,
  bound: null,
  best: candidate(4e8, 6e5),
  network: null,
  curve: Array.from({ length: 50 }, (_, i) => [i * 200, i * 20, 1e15 / (i + 1)]).flat(),
  cloud,
  front: Array.from({ length: 20 }, (_, i) => candidate(4e8 + i * 1e6, 8e5 - i * 1e4)),
};

const messages: ToPanel[] = [
  { type: "welcome", offer, runs: [run], state: null, design, session: "s", sequence: 0 },
  ...Array.from(
    { length: updates },
    (_, i): ToPanel => ({
      type: "progress",
      progress: {
        run: "a",
        state: "running",
        evaluations: points + i,
        valid: points + i,
        elapsedMs: 1000 + i * 100,
        bound: null,
        cloud: [5e8 + i * 1e6, 9e5],
      },
      design,
      session: "s",
      sequence: i + 1,
    }),
  ),
];

/** Runs in the page; a string, so that no build step touches it. */
const measure = `async (messages) => {
  const times = [];
  const frames = [];
  const later = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (work) => later((now) => {
    const began = performance.now();
    work(now);
    frames.push(performance.now() - began);
  });
  for (const message of messages) {
    frames.length = 0;
    const began = performance.now();
    window.dispatchEvent(new MessageEvent("message", { data: message }));
    const taken = performance.now() - began;
    // The drawing, perhaps after the rest that the last one earned, and the frame that measures it.
    while (frames.length < 2) await new Promise((resolve) => later(resolve));
    times.push(taken + frames.reduce((sum, time) => sum + time, 0));
  }
  return times;
}`;

async function main(): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 1000 } });
    const file = (name: string) => readFileSync(join(repositoryRoot, "dist/webview", name), "utf8");
    await page.setContent(
      `<body data-design="${design}"><style>${file("explorer.css")}</style><main id="explorer"></main></body>`,
    );
    await page.evaluate("window.acquireVsCodeApi = () => ({ postMessage() {}, getState() {}, setState() {} })");
    await page.addScriptTag({ content: file("explorer.js") });
    const processes = await browser.newBrowserCDPSession();
    const cpuMs = async () => {
      const { processInfo } = await processes.send("SystemInfo.getProcessInfo");
      return 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
    };
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const threadMs = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      const of = (name: string) => 1000 * (metrics.find((metric) => metric.name === name)?.value ?? 0);
      return { script: of("ScriptDuration"), all: of("TaskDuration") };
    };
    const play = async (some: ToPanel[]) => (await page.evaluate(`(${measure})(${JSON.stringify(some)})`)) as number[];
    const before = await play(messages.slice(0, 1));
    const [began, thread] = [await cpuMs(), await threadMs()];
    const times = [...before, ...(await play(messages.slice(1)))];
    const [ended, threadEnded] = [await cpuMs(), await threadMs()];
    const perUpdate = (from: number, to: number) => ((to - from) / updates).toFixed(1);
    const [first, ...rest] = times;
    const sorted = [...rest].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
    console.log(`panel with ${points.toLocaleString("en-US")} points: first drawing ${first.toFixed(1)} ms of script,`);
    console.log(`then ${updates} updates: median ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms;`);
    console.log(
      `processor time per update: ${perUpdate(thread.script, threadEnded.script)} ms of script, ` +
        `${perUpdate(thread.all, threadEnded.all)} ms on the main thread, ` +
        `${perUpdate(began, ended)} ms in all processes of the browser`,
    );
  } finally {
    await browser.close();
  }
}

void main();
