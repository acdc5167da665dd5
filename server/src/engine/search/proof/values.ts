import { type Objective, objectiveValue } from "../objective.ts";
import type { Chain } from "./chains.ts";
import { type Claimed, type Group, operationsOf, stepsOf } from "./group.ts";
import type { Limit } from "./leftover.ts";
import { compulsoryPart, energyRates, leakageOf, mixedRates, portRates } from "./prices.ts";

/** Objective of a group whose memories take at least `memoryPj`. */
export function energyValue(claimed: Claimed, group: Group, objective: Objective, memoryPj: number): number {
  if (memoryPj === Number.POSITIVE_INFINITY) return memoryPj;
  const cycles = stepsOf(group);
  return objectiveValue(
    objective,
    memoryPj + arithmeticPj(claimed, group) + leakageOf(claimed, group) * cycles,
    cycles + claimed.latency,
  );
}

function arithmeticPj({ mapspace }: Claimed, group: Group): number {
  return operationsOf(group) * mapspace.architecture.compute.energyPj;
}

/** Least value by compulsory traffic alone, of all groups of a spread whose first data spaces are kept as given. */
export function compulsoryValue(
  claimed: Claimed,
  chains: readonly Chain[],
  objective: Objective,
): (keep: readonly number[]) => number {
  const any = { chains, keep: claimed.tensors.map(() => 0) };
  const rates = energyRates(claimed, any);
  const parts = claimed.keeps.map(
    (masks, v) =>
      new Map(
        masks.map((mask) => [
          mask,
          compulsoryPart(claimed, { chains, keep: claimed.tensors.map((_, u) => (u === v ? mask : 0)) }, rates, v),
        ]),
      ),
  );
  const leasts = parts.map((costs) => Math.min(...costs.values()));
  return (keep) => {
    const memory = leasts.reduce((sum, least, v) => sum + (v < keep.length ? parts[v].get(keep[v])! : least), 0);
    return energyValue(claimed, any, objective, memory);
  };
}

/** What a mapping of the group must stay below to have an objective below `value`; `proven`: none has less than this. */
export function limitsFor(
  claimed: Claimed,
  group: Group,
  objective: Objective,
  value: number,
  proven: number,
): Limit[] {
  const { latency } = claimed;
  const energy = energyRates(claimed, group);
  const steps = stepsOf(group);
  const leak = leakageOf(claimed, group);
  const rest = arithmeticPj(claimed, group);
  const unlimited = Number.POSITIVE_INFINITY;
  const energyBelow =
    objective === "edp"
      ? value / (steps + latency) - leak * steps - rest
      : objective === "energy"
        ? value - leak * steps - rest
        : unlimited;
  const limits: Limit[] = [{ rates: energy, below: energyBelow }];
  if (objective === "energy") return limits;
  // A group's least EDP is its least energy times its steps, so its energy leaves room for so many cycles.
  const longest =
    objective === "latency" ? value - latency : Math.max(steps, (value * (steps + latency)) / proven - latency);
  for (const port of portRates(claimed, group)) {
    limits.push({ rates: port, below: longest * (1 + 1e-9) });
    if (objective !== "edp") continue;
    // Energy and cycles weighed: E + slope·C < value / C + slope·C, which is greatest at either end.
    const slope = value / (steps * longest);
    const at = (cycles: number) => value / (cycles + latency) + (slope - leak) * cycles - rest;
    limits.push({ rates: mixedRates(energy, port, slope), below: Math.max(at(steps), at(longest)) });
  }
  return limits;
}
