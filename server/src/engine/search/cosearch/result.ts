import { evaluate } from "../../model/evaluate.ts";
import { type HardwareSizes, instantiate } from "../../model/relaxed/hardware.ts";
import { defaultEvaluationOptions } from "../../model/types.ts";
import type { NetworkDesign } from "../gradient/design.ts";
import type { Network } from "../gradient/network.ts";
import { objectiveValue } from "../objective.ts";
import type { NetworkResult } from "./progress.ts";

/** A design on its smallest hardware, or on given hardware, by the reference model under `exact` counting (cycles as learned where the network has a latency model); null where the hardware cannot hold it. */
export function networkResult(network: Network, design: NetworkDesign, given?: HardwareSizes): NetworkResult | null {
  const sizes = given ?? network.sizes(design.records);
  const architecture = instantiate(network.space, sizes);
  const options = defaultEvaluationOptions("exact");
  let energyPj = 0;
  let cycles = 0;
  const mappings = [];
  for (let i = 0; i < network.layers.length; i++) {
    const { mapspace, count } = network.layers[i];
    const mapping = mapspace.mapping(design.points[i]);
    const { evaluation, violations } = evaluate(architecture, mapspace.workload, mapping, options);
    if (evaluation === undefined || violations.length > 0) return null;
    energyPj += count * evaluation.energyPj;
    const learned = network.latency?.predict(mapspace.workload, mapping, evaluation);
    cycles += count * (learned?.cycles ?? evaluation.cycles);
    mappings.push(mapping);
  }
  return {
    architecture,
    sizes,
    mappings,
    energyPj,
    cycles,
    value: objectiveValue(network.objective, energyPj, cycles),
  };
}
