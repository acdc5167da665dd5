/** Hardware and mappings searched together: what may be sized, and what was found as the files would say it. */

import type { MapspaceConstraints } from "../../engine/mapspace/constraints.ts";
import { evaluate } from "../../engine/model/evaluate.ts";
import {
  type HardwareFreedom,
  type HardwareSpace,
  hardwareSpace,
  instantiate,
} from "../../engine/model/relaxed/hardware.ts";
import type { Architecture, Mapping, Workload } from "../../engine/model/types.ts";
import { editArchitecture } from "../../spec/architecture-edit.ts";
import { lowerConstraints } from "../../spec/mapspace-constraints.ts";
import type { ConstraintSource } from "../../spec/types.ts";
import type { Location } from "../../syntax/source.ts";
import { latencySum } from "../../workspace/latency.ts";
import type { Snapshot } from "../../workspace/store.ts";
import { candidateOf, costOf } from "./candidate-view.ts";
import { before } from "./offer.ts";
import type { Candidate, HardwareRow, HardwareSize, NetworkFound } from "./protocol.ts";

/** What of the hardware may change, and why the rest may not. */
export interface Freedom {
  space: HardwareSpace;
  fixed: readonly string[];
}

/**
 * Only sizes that the files can be made to say: before the search, each is tried on the text, by a share of its own so
 * that two which can only change together are found out.
 */
export function freedomOf(snapshot: Snapshot, template: Architecture, wanted: HardwareFreedom): Freedom {
  const space = hardwareSpace(template, wanted);
  const obstacleOf = (part: HardwareSpace) => {
    const sizes = {
      capacityWords: part.buffers.map((buffer, l) =>
        buffer === null ? null : Math.max(1, Math.floor((template.storage[l].capacityWords ?? 1) / (l + 2))),
      ),
      sides: part.sides.map(({ size }, g) => (g + 2) * size),
    };
    return editArchitecture(snapshot.files, snapshot.specification, instantiate(part, sizes)).obstacle;
  };
  if (obstacleOf(space) === undefined) return { space, fixed: [] };
  const fixed: string[] = [];
  const may = (part: HardwareSpace) => {
    const obstacle = obstacleOf(part);
    if (obstacle !== undefined) fixed.push(obstacle);
    return obstacle === undefined;
  };
  const none: HardwareSpace["buffers"] = space.buffers.map(() => null);
  const buffers = space.buffers.map((buffer, l) =>
    buffer !== null && may({ ...onlySides(space, []), buffers: none.map((_, i) => (i === l ? buffer : null)) })
      ? buffer
      : null,
  );
  const kept = space.sides.map((_, g) => g).filter((g) => may({ ...onlySides(space, [g]), buffers: none }));
  return { space: { ...onlySides(space, kept), buffers }, fixed: [...new Set(fixed)] };
}

function onlySides(space: HardwareSpace, kept: readonly number[]): HardwareSpace {
  return {
    ...space,
    sides: kept.map((g) => space.sides[g]),
    bandwidthSide: space.bandwidthSide.map((g) => kept.indexOf(g)),
  };
}

export interface NetworkLayers {
  layers: { workload: Workload; count: number; constraints: MapspaceConstraints }[];
  /** By layer and constraint. */
  places: readonly (readonly (Location | undefined)[])[];
}

/** Every layer with the constraints that hold on it. */
export function networkLayers({ specification, analysis }: Snapshot, { space }: Freedom): NetworkLayers {
  const { architectureSource, constraints } = specification;
  const sources = [...new Set<ConstraintSource>([...constraints, ...(architectureSource?.constraints ?? [])])];
  const widest = instantiate(space, {
    capacityWords: space.buffers.map(() => null),
    sides: space.sides.map(({ most }) => most),
  });
  const lowered = analysis.layers.map(({ layer: { workload, count } }) => ({
    workload,
    count,
    ...lowerConstraints(sources, widest, workload, architectureSource),
  }));
  return {
    layers: lowered.map(({ workload, count, constraints: own }) => ({ workload, count, constraints: own })),
    places: lowered.map(({ places }) => places),
  };
}

/** What was found, on the hardware as it reads once written; `null` where the files cannot say it. */
export function networkFound(
  snapshot: Snapshot,
  wanted: Architecture,
  mappings: readonly Mapping[],
): { network: NetworkFound; best: Candidate } | null {
  const { specification, analysis, files } = snapshot;
  const template = specification.architecture;
  const edited = editArchitecture(files, specification, wanted);
  if (edited.obstacle !== undefined || template === undefined) return null;
  const { architecture } = edited;
  const layers = analysis.layers.map(({ layer: { workload } }, i) =>
    candidateOf(architecture, workload, mappings[i], analysis),
  );
  const best = networkCandidate(snapshot, layers);
  if (best === null) return null;
  const area = (hardware: Architecture) => {
    const { workload } = analysis.layers[0].layer;
    return evaluate(hardware, workload, mappings[0], analysis.options).evaluation?.areaUm2 ?? 0;
  };
  return {
    best,
    network: {
      architecture,
      hardware: hardwareRows(template, architecture),
      areaUm2: { before: area(template), after: area(architecture) },
      layers: layers.flatMap((candidate) => candidate ?? []),
    },
  };
}

/** The network as the files have it. */
export function networkBefore(snapshot: Snapshot): Candidate | null {
  return networkCandidate(
    snapshot,
    snapshot.analysis.layers.map((entry) => before(snapshot.analysis, entry)),
  );
}

/** Sums over layers times how often they occur; `null` where one has no cost. The mapping is that of the first. */
function networkCandidate({ analysis }: Snapshot, layers: readonly (Candidate | null)[]): Candidate | null {
  let energyPj = 0;
  let cycles = 0;
  let busy = 0;
  for (const [i, candidate] of layers.entries()) {
    if (candidate === null) return null;
    const { count } = analysis.layers[i].layer;
    energyPj += count * candidate.cost.energyPj;
    cycles += count * candidate.cost.cycles;
    busy += count * candidate.cost.cycles * candidate.cost.utilization;
  }
  const [first] = layers;
  if (!first) return null;
  const learned = latencySum(
    layers.map((candidate, i) => {
      const { cost } = candidate as Candidate;
      const latency = cost.learned === undefined ? null : { ...cost.learned, analyticalCycles: cost.cycles };
      return { latency, count: analysis.layers[i].layer.count };
    }),
  );
  return { mapping: first.mapping, cost: costOf({ energyPj, cycles, utilization: busy / cycles }, learned) };
}

function hardwareRows(before: Architecture, after: Architecture): HardwareRow[] {
  const size = ({ meshX, meshY }: { meshX: number; meshY: number }, capacityWords: number | null): HardwareSize => ({
    meshX,
    meshY,
    capacityWords,
  });
  const rows = before.storage.map((level, l) => ({
    name: level.name,
    before: size(level, level.capacityWords),
    after: size(after.storage[l], after.storage[l].capacityWords),
  }));
  const compute = { name: before.compute.name, before: size(before.compute, null), after: size(after.compute, null) };
  return [...rows.reverse(), compute];
}
