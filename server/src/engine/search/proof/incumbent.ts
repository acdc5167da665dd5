import { directiveNames } from "../../mapspace/constraints.ts";
import type { Mapspace } from "../../mapspace/mapspace.ts";
import { evaluate } from "../../model/evaluate.ts";
import { defaultEvaluationOptions, type Loop, type MappingLevel } from "../../model/types.ts";
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
  if (!isWithin(mapspace, incumbent)) return { kind: "mapping-outside" };
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

/**
 * Is the mapping one of the mapspace's? Factors, order and kept levels are looked at level by level, directives word
 * for word; how the dimensions share the arrays is the mapspace's own rule.
 */
function isWithin(mapspace: Mapspace, { bounds, mapping }: Certificate["incumbent"]): boolean {
  const { rules, workload } = mapspace;
  if (bounds.length !== rules.bounds.length || mapping.levels.length !== rules.orders.length) return false;
  if (!mapping.levels.every((level, l) => obeys(mapspace, level, l))) return false;
  const picked = workload.dimensions.map((_, d) =>
    mapspace.profiles[d].findIndex(
      ({ bound, factors, alongY }) =>
        rules.bounds[d][bound] === bounds[d] &&
        rules.spreads.every(({ level }, s) => {
          const { spatialX, spatialY } = mapping.levels[level];
          const loop = [...spatialX, ...spatialY].find(({ dimension }) => dimension === d);
          return factors[s] === (loop?.factor ?? 1) && (factors[s] === 1 || alongY[s] === spatialY.includes(loop!));
        }),
    ),
  );
  return picked.every((profile) => profile >= 0) && mapspace.fits(Int32Array.from(picked));
}

function obeys({ rules, workload, directives }: Mapspace, level: MappingLevel, l: number): boolean {
  const nd = workload.dimensions.length;
  const spaces = workload.dataSpaces.length;
  const factorsFit = [[...level.spatialX, ...level.spatialY], level.temporal].every(
    (loops, slot) =>
      loops.every(({ dimension }) => dimension < nd) &&
      workload.dimensions.every((_, d) => {
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
  const written = rules.spreads.find((spread) => spread.level === l)?.order ?? [];
  const ascends = (loops: readonly Loop[], at: (d: number) => number) =>
    loops.every((loop, i) => i === 0 || at(loops[i - 1].dimension) <= at(loop.dimension));
  return (
    factorsFit &&
    (l === 0 || ascends(level.temporal, place)) &&
    [level.spatialX, level.spatialY].every((loops) => ascends(loops, (d) => written.indexOf(d))) &&
    level.keep.length === spaces &&
    level.keep.every((kept, v) => rules.keep[l][v] === null || rules.keep[l][v] === kept) &&
    directiveNames.every((name) =>
      Array.from({ length: spaces }, (_, v) => v).every(
        (v) => (level[name]?.[v] ?? false) === (directives[l][name]?.[v] ?? false),
      ),
    )
  );
}
