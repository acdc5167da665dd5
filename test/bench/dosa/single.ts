import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMapspace } from "../../../server/src/engine/mapspace/build.ts";
import { exactSearch } from "../../../server/src/engine/search/exact/exact.ts";
import { gradientSearch } from "../../../server/src/engine/search/gradient/strategy.ts";
import { lowerConstraints } from "../../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../../server/src/spec/specification.ts";
import { sharedDir } from "../../support/shared.ts";
import { stopwatch } from "./clock.ts";

export interface LayerResult {
  name: string;
  /** Best EDP in pJ·cycles within `seconds` of processor time, and the proven optimum. */
  found: number;
  seconds: number;
  optimum: number;
  exactSeconds: number;
}

/** Processor seconds a layer may take; the last step may end a little later. */
export const limitSeconds = 1.5;

/** Gradient search on the mapper baselines against the optimum, perfect factors; all but those done. */
export function* singleLayers(done: readonly LayerResult[]): Generator<LayerResult> {
  const folder = join(sharedDir() ?? "", "data/mapper");
  const kind = "__uber__random__60s";
  for (const folderName of readdirSync(folder).filter((id) => id.endsWith(kind))) {
    const name = folderName.replace(kind, "");
    if (done.some((layer) => layer.name === name)) continue;
    const text = readFileSync(join(folder, folderName, "in.yaml"), "utf8");
    const specification = readSpecification([{ uri: "in.yaml", text }]);
    const { architecture, layers, constraints, architectureSource } = specification;
    if (architecture === undefined) throw new Error(`${name}: no architecture`);
    const { workload } = layers[0];
    const lowered = lowerConstraints(constraints, architecture, workload, architectureSource);
    const { mapspace } = createMapspace(architecture, workload, "pfm", lowered.constraints);
    if (mapspace === undefined) throw new Error(`${name}: no mapping`);
    const spent = stopwatch();
    let found = Number.POSITIVE_INFINITY;
    for (const { best } of gradientSearch(mapspace, { objective: "edp", seed: 1 })) {
      found = best?.value ?? found;
      if (spent() > limitSeconds) break;
    }
    const seconds = spent();
    const proving = stopwatch();
    let optimum = Number.NaN;
    for (const { best } of exactSearch(mapspace, { objective: "edp", seed: 1 })) optimum = best?.value ?? optimum;
    yield { name, found, seconds, optimum, exactSeconds: proving() };
  }
}
