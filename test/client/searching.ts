/** A window with a design whose searches say what the test says. */

import type {
  Candidate,
  Run,
  RunProgress,
  WriteParams,
  WriteResult,
} from "../../server/src/features/explorer/protocol.ts";
import { until } from "../lsp/harness.ts";
import { FakeEditor, type FakePanel } from "./fake-editor.ts";

export const design = "file:///w/map.yaml";
export const text = "mapping:\n- {target: DRAM, type: temporal, factors: K=4}\n";
export const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

export const candidate = (energyPj: number, cycles = 7): Candidate => ({
  mapping: { levels: [] },
  cost: { energyPj, cycles, utilization: 1 },
});

/** A search that has just begun. */
export const begun = (about: Partial<Run>): Run => ({
  ...{ id: "", design, label: "Local search", options: null, layer: 0, layerName: "conv", cosearch: false },
  ...{ files: {}, before: null, state: "waiting", message: null, evaluations: 0, valid: 0, elapsedMs: 0, bound: null },
  ...{ best: null, network: null, curve: [], cloud: [], front: [] },
  ...about,
});

export interface Searching {
  editor: FakeEditor;
  panel: FakePanel;
  /** What the server says of the next searches. */
  about: Partial<Run>;
  /** Starts a search of each layer from the panel; their names. */
  start(...layers: number[]): Promise<string[]>;
  tell(run: string, progress: Partial<RunProgress>): void;
  /** The runs as a page that is made anew is told them. */
  runs(): Promise<Run[]>;
  /** What the server answers to who asks for a change of files. */
  writes(answer: (params: WriteParams) => WriteResult | Promise<WriteResult>): void;
  /** Applies the best of a run from the panel; what the panel is told then. */
  apply(run: string): Promise<string>;
}

/** @param layers of the network */
export async function searching(layers = 1): Promise<Searching> {
  const editor = new FakeEditor();
  editor.open(design, "timeloop", text);
  await editor.activate();
  await until("a client", () => editor.clients.length === 1);
  const about: Partial<Run> = {};
  const [client] = editor.clients;
  client.started();
  client.answers.set("mapspace/search/offer", {
    ...{
      uri: design,
      home: design,
      name: "map",
      obstacle: null,
      files: {},
      places: [],
      mappingUri: layers > 1 ? null : design,
    },
    ...{
      strategies: [{ id: "exact", mapspaces: ["pfm", "ruby-s"] }],
      defaults: { strategy: "local", objective: "edp" },
    },
    layers: Array.from({ length: layers }, (_, index) => ({ index, name: `L${index}`, count: 1 })),
  });
  client.answers.set(
    "mapspace/search/start",
    ({ run, layer, options }: { run: string } & Pick<Run, "layer" | "options">) => ({
      run: begun({ id: run, layer, layerName: `L${layer}`, options, ...about }),
    }),
  );
  await turn();
  editor.run("mapspace.openExplorer", design);
  await until("a panel", () => editor.panels.length === 1);
  const [panel] = editor.panels;
  const told = (type: string) => panel.told.filter((message) => message.type === type);
  const runs = async () => {
    const before = told("welcome").length;
    panel.say({ type: "ready", design });
    await until("a welcome", () => told("welcome").length > before);
    return told("welcome").at(-1)!.runs as Run[];
  };
  await runs();
  return {
    editor,
    panel,
    about,
    runs,
    start: async (...wanted) => {
      const before = told("run").length;
      panel.say({ type: "start", design, layers: wanted, options: { strategy: "local", objective: "edp" } });
      await until("the runs", () => told("run").length === before + wanted.length);
      return told("run")
        .slice(before)
        .map(({ run }) => (run as Run).id);
    },
    tell: (run, progress) =>
      client.hears.get("mapspace/search/progress")!({
        ...{ run, state: "running", evaluations: 1, valid: 1, elapsedMs: 5, bound: null },
        ...progress,
      }),
    writes: (answer) => void client.answers.set("mapspace/search/write", answer),
    apply: async (run) => {
      const before = told("notice").length;
      panel.say({ type: "apply", design, run, front: null });
      await until("a notice", () => told("notice").length > before);
      return told("notice").at(-1)!.text as string;
    },
  };
}
