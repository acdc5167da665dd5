import { type Profiler, Session } from "node:inspector";
import { RelaxedLayer } from "../../../server/src/engine/model/relaxed/layer.ts";
import { stopwatch } from "./clock.ts";
import { gemminiTemplate, openNetwork, readNetwork } from "./networks.ts";
import { type Algorithm, begin } from "./runs.ts";

export interface ProfileResult {
  network: string;
  algorithm: Algorithm;
  /** Processor seconds of the whole run, and evaluations of the network in it (one per gradient step). */
  seconds: number;
  evaluations: number;
  /** Shares of the samples, by phase. */
  shares: Record<string, number>;
}

/** Phases by the function that is in charge of them; what runs below it is its own. */
const phases: Readonly<Record<string, string>> = {
  randomDesign: "start points",
  round: "rounding",
  chooseOutermostOrders: "order choice",
  descend: "repair",
  kick: "repair",
  shrink: "repair",
  networkResult: "costing",
};

/** One run under the sampling profiler of the engine. */
export function profiled(name: string, algorithm: Algorithm, evaluations: number): ProfileResult {
  const network = openNetwork(readNetwork(name), gemminiTemplate(), "all");
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: 500 });
  session.post("Profiler.start");
  const share = forwardShare();
  const seconds = stopwatch();
  let spent = 0;
  for (const progress of begin(network, algorithm, 1, evaluations)) spent = progress.evaluations;
  const taken = seconds();
  let profile: Profiler.Profile | undefined;
  // Without a thread in between the answer is there when `post` returns.
  session.post("Profiler.stop", (_error, result) => {
    profile = result.profile;
  });
  session.disconnect();
  const forward = share();
  if (profile === undefined) throw new Error("the profiler gave no answer");
  return {
    network: name,
    algorithm,
    seconds: taken,
    evaluations: Math.round(spent),
    shares: sharesOf(profile, forward),
  };
}

/**
 * Until called, times every 64th costing of a layer with and without gradients; then the share of the forward pass in
 * both. The passes share their functions, so samples cannot tell them apart.
 */
function forwardShare(): () => number {
  const { cost } = RelaxedLayer.prototype;
  let calls = 0;
  const without: number[] = [];
  const withGradients: number[] = [];
  RelaxedLayer.prototype.cost = function (prices, options, gradients) {
    if (!gradients || ++calls % 64 > 0) return cost.call(this, prices, options, gradients);
    const start = performance.now();
    cost.call(this, prices, options, false);
    const middle = performance.now();
    cost.call(this, prices, options, true);
    without.push(middle - start);
    withGradients.push(performance.now() - middle);
  };
  return () => {
    RelaxedLayer.prototype.cost = cost;
    return median(without) / median(withGradients);
  };
}

const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1] ?? 0;

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, forward: number): Record<string, number> {
  const phaseOf = new Map<number, string>();
  const parents = new Map<number, number>();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const { id } of nodes) {
    const names: string[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      names.push(byId.get(at)?.callFrame.functionName ?? "");
    }
    phaseOf.set(id, phase(names));
  }
  const times = new Map<string, number>();
  const add = (name: string, time: number) => times.set(name, (times.get(name) ?? 0) + time);
  let total = 0;
  samples.forEach((id, i) => {
    const name = phaseOf.get(id) ?? "other";
    const time = timeDeltas[i];
    total += time;
    if (name !== "both passes") add(name, time);
    else {
      add("forward", forward * time);
      add("backward", (1 - forward) * time);
    }
  });
  return Object.fromEntries([...times].sort((a, b) => b[1] - a[1]).map(([name, time]) => [name, time / total]));
}

/** From the names of the functions on the stack, innermost first. */
function phase(names: readonly string[]): string {
  for (let i = names.length - 1; i >= 0; i--) if (names[i] in phases) return phases[names[i]];
  const step = names.lastIndexOf("step");
  if (step < 0) return "other";
  // What called the step is left aside: modules are loaded by an `evaluate` too.
  const within = names.slice(0, step);
  if (!within.includes("evaluate")) return "Adam";
  if (within.includes("cost")) return "both passes";
  return within.includes("measure") ? "forward" : "backward";
}
