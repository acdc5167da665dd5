import { createMapspace } from "../../../server/src/engine/mapspace/build.ts";
import { evaluate } from "../../../server/src/engine/model/evaluate.ts";
import { type HardwareSizes, hardwareSpace, instantiate } from "../../../server/src/engine/model/relaxed/hardware.ts";
import { RelaxedLayer } from "../../../server/src/engine/model/relaxed/layer.ts";
import { setMapping } from "../../../server/src/engine/model/relaxed/point.ts";
import { type Architecture, defaultEvaluationOptions, type Mapping } from "../../../server/src/engine/model/types.ts";
import { exactSearch } from "../../../server/src/engine/search/exact/exact.ts";
import { lowerConstraints } from "../../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../../server/src/spec/specification.ts";
import { stopwatch } from "./clock.ts";
import { type CountedLayer, gemminiTemplate, openNetwork, readNetwork, withPublishedFits } from "./networks.ts";
import { type RunResult, runOne } from "./runs.ts";

export interface KnownResult {
  network: string;
  /** µJ·cycles: the best of all runs and of exact search per layer over a grid of hardware. */
  edp: number;
  sizes: HardwareSizes;
  /** Hardware of the grid tried, and layers on it left unproven. */
  hardware: number;
  unproven: number;
  seconds: number;
}

interface Design {
  sizes: HardwareSizes;
  energyPj: number;
  cycles: number;
}

/** Steps of one size on the grid. */
const steps = [0.5, Math.SQRT1_2, Math.SQRT2, 2];
/** Processor seconds of one layer: its best mapping is found in less nearly always, the proof takes longer. */
const patience = 0.7;
/** Evaluations of our search that the grid starts from, where no run was better. */
const evaluations = 40_000;

/**
 * The best design known: from the best of all runs and a long one of ours, each free size in turn moves on a logarithmic grid (sides to whole
 * numbers) for as long as exact search of every layer gains. A product of sums is least where energy + λ·cycles of
 * every layer is, λ being the quotient of the sums, so each layer's least energy is searched on hardware whose
 * outermost level leaks λ; then the memories shrink to what the mappings need.
 */
export function bestKnown(name: string, runs: readonly RunResult[], most = 20): KnownResult {
  const spent = stopwatch();
  const { architecture, constraints, architectureSource } = readSpecification([
    { uri: "gemmini.yaml", text: gemminiTemplate() },
  ]);
  if (architecture === undefined) throw new Error("no architecture");
  const space = withPublishedFits(hardwareSpace(architecture, "all"));
  const layers = readNetwork(name);
  let hardware = 0;
  let unproven = 0;
  const solve = (sizes: HardwareSizes, price: number): Design | null => {
    hardware++;
    const machine = leaking(instantiate(space, sizes), price);
    const mappings: Mapping[] = [];
    for (const { workload } of layers) {
      const lowered = lowerConstraints(constraints, machine, workload, architectureSource);
      const { mapspace } = createMapspace(machine, workload, "pfm", lowered.constraints);
      if (mapspace === undefined) return null;
      const clock = stopwatch();
      let found: Mapping | null = null;
      let done = false;
      for (const progress of exactSearch(mapspace, { objective: "energy", seed: 1 })) {
        found = progress.best?.mapping ?? found;
        done = progress.done;
        if (clock() > patience) break;
      }
      if (!done) unproven++;
      if (found === null) return null;
      mappings.push(found);
    }
    const needed = { capacityWords: neededWords(layers, mappings, sizes), sides: sizes.sides };
    return { sizes: needed, ...sum(instantiate(space, needed), layers, mappings) };
  };
  const long = runOne(name, openNetwork(layers, gemminiTemplate(), "all"), "ours", 99, evaluations);
  const start = runs.filter(({ network }) => network === name).reduce((a, b) => (b.edp < a.edp ? b : a), long);
  const first = solve(start.sizes, start.energyPj / start.cycles);
  let best: Design = { sizes: start.sizes, energyPj: start.energyPj, cycles: start.cycles };
  const take = (design: Design | null): boolean => {
    if (design === null || design.energyPj * design.cycles >= best.energyPj * best.cycles * (1 - 1e-9)) return false;
    best = design;
    return true;
  };
  take(first);
  const free = [
    ...space.sides.map((_, g) => (s: HardwareSizes, by: number) => ({
      ...s,
      sides: s.sides.map((side, j) => (j === g ? Math.min(space.sides[g].most, Math.round(side * by)) : side)),
    })),
    ...space.buffers.flatMap((buffer, l) =>
      buffer === null
        ? []
        : [
            (s: HardwareSizes, by: number) => ({
              ...s,
              capacityWords: s.capacityWords.map((words, k) =>
                k === l && words !== null ? Math.round(words * by) : words,
              ),
            }),
          ],
    ),
  ];
  const tried = new Set([JSON.stringify(start.sizes)]);
  for (let gained = true; gained && hardware < most; ) {
    gained = false;
    for (const move of free) {
      for (const by of steps) {
        const sizes = move(best.sizes, by);
        const key = JSON.stringify(sizes);
        if (hardware >= most || tried.has(key)) continue;
        tried.add(key);
        if (take(solve(sizes, best.energyPj / best.cycles))) gained = true;
      }
    }
  }
  const edp = (best.energyPj * best.cycles) / 1e6;
  return { network: name, edp, sizes: best.sizes, hardware, unproven, seconds: spent() };
}

/** Hardware whose outermost level, of one instance, leaks so much a cycle. */
function leaking(machine: Architecture, energyPj: number): Architecture {
  const outermost = machine.storage.length - 1;
  const storage = machine.storage.map((level, l) => (l === outermost ? { ...level, leakEnergyPj: energyPj } : level));
  return { ...machine, storage };
}

function neededWords(layers: readonly CountedLayer[], mappings: readonly Mapping[], { capacityWords }: HardwareSizes) {
  const most = capacityWords.map(() => 1);
  layers.forEach(({ workload }, i) => {
    const relaxed = new RelaxedLayer(workload, capacityWords.length);
    setMapping(relaxed, mappings[i]);
    relaxed.measure();
    relaxed.heldWords.forEach((words, l) => {
      most[l] = Math.max(most[l], Math.round(words));
    });
  });
  return capacityWords.map((words, l) => (words === null ? null : most[l]));
}

function sum(machine: Architecture, layers: readonly CountedLayer[], mappings: readonly Mapping[]) {
  let energyPj = 0;
  let cycles = 0;
  layers.forEach(({ workload, count }, i) => {
    const { evaluation, violations } = evaluate(machine, workload, mappings[i], defaultEvaluationOptions("exact"));
    if (evaluation === undefined || violations.length > 0) throw new Error(`${workload.name}: does not fit`);
    energyPj += count * evaluation.energyPj;
    cycles += count * evaluation.cycles;
  });
  return { energyPj, cycles };
}
