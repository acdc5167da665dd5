/** How a run grows: the same for the editor, which keeps it, and the panel, which draws it. */

import type {
  Candidate,
  Cost,
  LayerOffer,
  Objective,
  Run,
  RunProgress,
  SearchOptions,
} from "../../server/src/features/explorer/protocol.ts";

/** Points of the cloud that are kept: the newest. */
export const mostPoints = 10_000;

export function withProgress(run: Run, progress: RunProgress): Run {
  const { state, message, evaluations, valid, elapsedMs, bound, best, network, curve, cloud, front, sensitivity } =
    progress;
  return {
    ...run,
    state,
    message: message ?? run.message,
    evaluations,
    valid,
    elapsedMs,
    bound: bound ?? run.bound,
    best: best ?? run.best,
    network: network ?? run.network,
    curve: curve === undefined ? run.curve : [...run.curve, ...curve],
    cloud: cloud === undefined ? run.cloud : [...run.cloud, ...cloud].slice(-2 * mostPoints),
    front: front ?? run.front,
    sensitivity: sensitivity ?? run.sensitivity,
  };
}

export function isLive({ state }: Pick<Run, "state">): boolean {
  return state === "waiting" || state === "running" || state === "paused";
}

export function objectiveOf(objective: Objective, { energyPj, cycles }: Pick<Cost, "energyPj" | "cycles">): number {
  if (objective === "energy") return energyPj;
  return objective === "latency" ? cycles : energyPj * cycles;
}

/** What a run makes small: by our model, with learned cycles, or as a command measures. */
export type Goal = Objective | "learned edp" | "learned latency" | "measured";

export function goalOf(options: SearchOptions | null | undefined): Goal {
  if (options?.evaluator === "command") return "measured";
  const objective = options?.objective ?? "edp";
  return options?.latency === "learned" && objective !== "energy" ? `learned ${objective}` : objective;
}

/** What a candidate comes to by a run's goal; `null` where nothing was measured or learned of it. */
export function goalValue(goal: Goal, { cost, measured }: Candidate): number | null {
  if (goal === "measured") return measured ?? null;
  if (goal !== "learned edp" && goal !== "learned latency") return objectiveOf(goal, cost);
  const { learned, energyPj } = cost;
  if (learned === undefined) return null;
  return objectiveOf(goal === "learned edp" ? "edp" : "latency", { energyPj, cycles: learned.cycles });
}

/** The mapping of a run that is looked at: its best, or one of its front; of a co-search, that of one layer. */
export function candidateOf(run: Run | undefined, front: Candidate | null, layer: number): Candidate | null {
  if (run === undefined) return null;
  if (run.network !== null) return run.network.layers[layer] ?? null;
  return front ?? run.best;
}

/** Where a mapping stands on the front of its run, whatever joined or left the front since; -1 where it left. */
export function placeOnFront({ front }: Pick<Run, "front">, { cost }: Candidate): number {
  return front.findIndex((point) => point.cost.energyPj === cost.energyPj && point.cost.cycles === cost.cycles);
}

/** The point beside `from` on the front of a run; from its ends where nothing of it is looked at. */
export function besideOnFront(run: Pick<Run, "front">, from: Candidate | null, step: 1 | -1): Candidate | null {
  const { front } = run;
  const last = front.length - 1;
  let place = step > 0 ? -1 : last + 1;
  if (from !== null) {
    const own = placeOnFront(run, from);
    const after = front.findIndex(({ cost }) => cost.energyPj > from.cost.energyPj);
    const next = after < 0 ? last + 1 : after;
    // One that left the front lies between two that are on it.
    place = own >= 0 ? own : step > 0 ? next - 1 : next;
  }
  return front[Math.min(last, Math.max(0, place + step))] ?? null;
}

/** All layers together, each as often as it occurs; `null` where one has no cost. The mapping is that of the first. */
export function networkOf(layers: readonly LayerOffer[], of: (index: number) => Candidate | null): Candidate | null {
  let energyPj = 0;
  let cycles = 0;
  let busy = 0;
  for (const { index, count } of layers) {
    const candidate = of(index);
    if (candidate === null) return null;
    energyPj += count * candidate.cost.energyPj;
    cycles += count * candidate.cost.cycles;
    busy += count * candidate.cost.cycles * candidate.cost.utilization;
  }
  const mapping = of(0)?.mapping;
  return mapping === undefined ? null : { mapping, cost: { energyPj, cycles, utilization: busy / cycles } };
}
