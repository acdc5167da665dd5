import type { ExactProblem } from "./problem.ts";
import type { Skeleton } from "./skeleton.ts";

/** pJ per cycle that leak at least. */
export function leakage(problem: ExactProblem, sk: Skeleton): number {
  const { architecture } = problem.mapspace;
  const perfect = sk.spreads.every((s) => s.top === s.bound);
  return architecture.storage.reduce((sum, level, l) => {
    if (level.leakEnergyPj === 0) return sum;
    const gate = architecture.storage.findIndex((other) => other.name === level.powerGatedAt);
    const sharing = gate < 0 ? 1 : level.instances / Math.max(1, architecture.storage[gate].instances);
    const at = sharing > 1 ? gate : l;
    return (
      sum + level.leakEnergyPj * Math.max(1, sharing) * (perfect ? sk.instances[at + 1] : surelyActing(problem, sk, at))
    );
  }, 0);
}

/** Instances of a level that surely act. */
function surelyActing(problem: ExactProblem, sk: Skeleton, level: number): number {
  let product = 1;
  for (const spread of sk.spreads) {
    let most = 1;
    for (let m = level + 1; m < problem.levels; m++) most = Math.max(most, spread.spatial[m]);
    product *= most;
  }
  return product;
}
