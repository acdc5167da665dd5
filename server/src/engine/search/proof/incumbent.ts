import type { Mapspace } from "../../mapspace/mapspace.ts";
import { evaluate } from "../../model/evaluate.ts";
import { defaultEvaluationOptions, type Mapping } from "../../model/types.ts";
import { type Certificate, slack } from "../exact/certificate.ts";
import { objectiveValue } from "../objective.ts";

export type IncumbentFault =
  | { kind: "mapping-invalid" }
  | { kind: "mapping-outside" }
  | { kind: "cost"; stated: number; actual: number };

/** Is the mapping of a certificate in the mapspace, and does it cost what is said? */
export function incumbentFault({ incumbent, objective }: Certificate, mapspace: Mapspace): IncumbentFault | null {
  const { mapping, bounds } = incumbent;
  const { architecture, workload } = mapspace;
  const allowed =
    bounds.every((bound, d) => mapspace.rules.bounds[d]?.includes(bound)) &&
    bounds.length === mapspace.rules.bounds.length;
  if (!allowed || !isWithin(mapspace, mapping)) return { kind: "mapping-outside" };
  const padded = { ...workload, dimensions: workload.dimensions.map((d, i) => ({ ...d, bound: bounds[i] })) };
  const { evaluation, violations } = evaluate(architecture, padded, mapping, defaultEvaluationOptions("exact"));
  if (evaluation === undefined || violations.length > 0) return { kind: "mapping-invalid" };
  for (const [stated, actual] of [
    [incumbent.energyPj, evaluation.energyPj],
    [incumbent.cycles, evaluation.cycles],
    [incumbent.value, objectiveValue(objective, evaluation.energyPj, evaluation.cycles)],
  ]) {
    if (!(Math.abs(stated - actual) <= slack * Math.abs(actual))) return { kind: "cost", stated, actual };
  }
  return null;
}

/** Do factors, orders and kept levels obey the mapspace's rules? */
function isWithin(mapspace: Mapspace, mapping: Mapping): boolean {
  const { rules } = mapspace;
  const nd = mapspace.workload.dimensions.length;
  return mapping.levels.every((level, l) => {
    const factorsFit = [[...level.spatialX, ...level.spatialY], level.temporal].every((loops, slot) =>
      Array.from({ length: nd }, (_, d) => d).every((d) => {
        const rule = rules.factors[(2 * l + slot) * nd + d];
        const own = loops.filter((loop) => loop.dimension === d);
        const factor = own[0]?.factor ?? 1;
        const perfect = own.every((loop) => loop.residual === loop.factor);
        return own.length <= 1 && factor >= rule.min && factor <= rule.max && (perfect || rule.imperfect);
      }),
    );
    const { prefix, free, suffix } = rules.orders[l];
    const place = (d: number) =>
      prefix.includes(d) ? prefix.indexOf(d) : free.includes(d) ? prefix.length : nd + suffix.indexOf(d);
    const ordered =
      l === 0 ||
      level.temporal.every((loop, i) => i === 0 || place(level.temporal[i - 1].dimension) <= place(loop.dimension));
    return (
      factorsFit && ordered && level.keep.every((kept, v) => rules.keep[l][v] === null || rules.keep[l][v] === kept)
    );
  });
}
