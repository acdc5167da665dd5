import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMapspace } from "../../../server/src/engine/mapspace/build.ts";
import type { LatencyModel } from "../../../server/src/engine/model/learned/latency-model.ts";
import { withFits } from "../../../server/src/engine/model/relaxed/fits.ts";
import {
  type HardwareFreedom,
  type HardwareSpace,
  hardwareSpace,
  instantiate,
} from "../../../server/src/engine/model/relaxed/hardware.ts";
import type { Architecture, Workload } from "../../../server/src/engine/model/types.ts";
import { Network } from "../../../server/src/engine/search/gradient/network.ts";
import type { Objective } from "../../../server/src/engine/search/objective.ts";
import { lowerConstraints } from "../../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../../server/src/spec/specification.ts";
import { sharedDir } from "../../support/shared.ts";

export const networkNames = ["unet", "resnet50", "bert", "retinanet"] as const;

export interface CountedLayer {
  workload: Workload;
  count: number;
}

/** Layers of a network published with DOSA. */
export function readNetwork(name: string): CountedLayer[] {
  const folder = join(sharedDir() ?? "", "data/workloads", name);
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml") && file !== "layers.yaml")
    .map((file) => ({ uri: file, text: readFileSync(join(folder, file), "utf8") }));
  return readSpecification(files).layers.map(({ workload, count }) => ({ workload, count }));
}

/** What Gemmini keeps where, and how its array is used. */
export const gemminiConstraints = `constraints:
- {target: Registers, type: datatype, keep: [Weights], bypass: [Inputs, Outputs]}
- {target: Accumulator, type: datatype, keep: [Outputs], bypass: [Weights, Inputs]}
- {target: Scratchpad, type: datatype, keep: [Weights, Inputs], bypass: [Outputs]}
- {target: DRAM, type: datatype, keep: [Weights, Inputs, Outputs]}
- {target: Registers, type: temporal, factors: R=1 S=1 C=1 K=1 N=1}
- {target: Accumulator, type: spatial, factors: R=1 S=1 P=1 Q=1 K=1 N=1}
- {target: Scratchpad, type: spatial, factors: R=1 S=1 P=1 Q=1 C=1 N=1}
`;

/** Gemmini as DOSA describes it; energies are the published fits, of whole words. */
export function gemminiTemplate(side = 16): string {
  return `
architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {word_bits: 8, block_size: 64, shared_bandwidth: 8}}
    subtree:
    - name: Chip
      local:
      - name: Scratchpad
        class: SRAM
        attributes: {entries: 131072, word_bits: 8, shared_bandwidth: ${2 * side}}
      subtree:
      - name: Columns[0..${side - 1}]
        local:
        - {name: Accumulator, class: SRAM, attributes: {entries: 512, word_bits: 32, shared_bandwidth: 2}}
        subtree:
        - name: Rows[0..${side - 1}]
          local:
          - {name: Registers, class: SRAM, attributes: {entries: 1, word_bits: 8}}
          - {name: MAC, class: intmac, attributes: {datawidth: 8}}
ERT:
  version: 0.3
  tables:
  - {name: MAC, actions: [{name: compute, energy: 0.5608}]}
  - {name: Registers, actions: [{name: read, energy: 0.48746172}, {name: write, energy: 0.48746172}, {name: update, energy: 0.48746172}]}
  - {name: DRAM, actions: [{name: read, energy: 6400}, {name: write, energy: 6400}, {name: update, energy: 6400}]}
${gemminiConstraints}`;
}

/** A network on the hardware of `text`, of which `freedom` is open. */
export function openNetwork(
  layers: readonly CountedLayer[],
  text: string,
  freedom: HardwareFreedom,
  objective: Objective = "edp",
  latency: LatencyModel | null = null,
): Network {
  const { architecture, constraints, architectureSource, problems } = readSpecification([{ uri: "design.yaml", text }]);
  const error = problems.find(({ severity }) => severity === "error");
  if (architecture === undefined || error !== undefined) throw new Error(error?.message ?? "no architecture");
  const space = withPublishedFits(hardwareSpace(architecture, freedom));
  const widest = widestHardware(space);
  return new Network(
    layers.map(({ workload, count }) => {
      const lowered = lowerConstraints(constraints, widest, workload, architectureSource);
      const { mapspace, conflict } = createMapspace(widest, workload, "pfm", lowered.constraints);
      if (mapspace === undefined) throw new Error(`no mapping of ${workload.name}: ${conflict.cause}`);
      return { mapspace, count };
    }),
    space,
    objective,
    latency,
  );
}

function widestHardware(space: HardwareSpace): Architecture {
  return instantiate(space, {
    capacityWords: space.buffers.map(() => null),
    sides: space.sides.map(({ most }) => most),
  });
}

/** Energies of accumulator and scratchpad by their size, as published with DOSA. */
export const withPublishedFits = (space: HardwareSpace): HardwareSpace =>
  withFits(space, ({ name }) =>
    name === "Accumulator" ? "accumulator" : name === "Scratchpad" ? "scratchpad" : undefined,
  );
