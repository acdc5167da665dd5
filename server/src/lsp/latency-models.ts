/** `mapspace.latencyModel`: the latency models that the settings of each workspace folder name, read through the editor. */

import { latencyModelVersion, readLatencyModel } from "../engine/model/learned/latency-model.ts";
import type { ChosenLatency } from "../workspace/analysis.ts";
import { resolvePath } from "../workspace/paths.ts";

export class LatencyModels {
  private readonly read: (uri: string) => Promise<string | null>;
  /** URI of the model by workspace folder; the empty one stands for files of no folder. */
  private chosen = new Map<string, string>();
  private readonly models = new Map<string, ChosenLatency>();

  constructor(read: (uri: string) => Promise<string | null>) {
    this.read = read;
  }

  /** @param paths what each folder's settings say, relative to the folder or absolute */
  async configure(paths: ReadonlyMap<string, unknown>): Promise<void> {
    this.chosen = new Map();
    this.models.clear();
    for (const [folder, path] of paths) {
      if (typeof path !== "string" || path.trim() === "") continue;
      const uri = resolvePath(`${folder}/.`, path.trim());
      this.chosen.set(folder, uri);
      if (!this.models.has(uri)) this.models.set(uri, await this.load(uri));
    }
  }

  /** Files that must be watched. */
  uris(): string[] {
    return [...this.models.keys()];
  }

  /** Reads a model anew; false for files that are none. */
  async changed(uri: string): Promise<boolean> {
    if (!this.models.has(uri)) return false;
    this.models.set(uri, await this.load(uri));
    return true;
  }

  /** The model for a design: that of the innermost folder it lies in. */
  of(design: string): ChosenLatency | null {
    const folders = [...this.chosen.keys()].filter((folder) => design.startsWith(`${folder}/`));
    const folder = folders.sort((a, b) => b.length - a.length)[0] ?? [...this.chosen.keys()][0];
    return this.models.get(this.chosen.get(folder) ?? "") ?? null;
  }

  private async load(uri: string): Promise<ChosenLatency> {
    const text = await this.read(uri);
    if (text === null) return { uri, model: null, problem: "cannot be read" };
    const model = readLatencyModel(parsed(text));
    return { uri, model, problem: model === null ? `is no latency model of version ${latencyModelVersion}` : null };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
