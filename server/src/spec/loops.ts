import type { Loop, Workload } from "../engine/model/types.ts";
import type { Fix, Problem } from "../syntax/source.ts";
import { didYouMean, listed, renameFixes } from "./nearest.ts";
import type { DirectiveSource, FactorSource } from "./types.ts";

/** Factor and residual of each dimension, in the order of the workload. */
interface Factors {
  end: number[];
  residual: number[];
}

/**
 * All loops of one temporal or spatial directive, innermost first, loops of factor 1 included because `split`
 * counts them (Timeloop `mapping/parser.cpp`, `ParseUserFactors`, `ParseUserPermutations`).
 */
export function directiveLoops(
  directive: DirectiveSource | undefined,
  workload: Workload,
  problems: Problem[],
): Loop[] {
  const factors = readFactors(directive, workload, problems);
  return loopOrder(directive, workload, problems).map((dimension) => ({
    dimension,
    factor: factors.end[dimension],
    residual: factors.residual[dimension],
  }));
}

function readFactors(directive: DirectiveSource | undefined, workload: Workload, problems: Problem[]): Factors {
  const names = workload.dimensions.map((dimension) => dimension.name);
  const factors: Factors = { end: names.map(() => 1), residual: names.map(() => 1) };
  const seen = new Set<number>();
  for (const factor of directive?.factors ?? []) {
    const { value: name, location } = factor.dimension;
    const index = names.indexOf(name);
    if (index < 0) {
      problems.push({
        code: "unknown-dimension",
        severity: "error",
        message: `The problem has no dimension ${name}; it has ${listed(names)}.${didYouMean(name, names)}`,
        location,
        fixes: renameFixes(name, names, location),
      });
      continue;
    }
    if (factor.relation !== "=") {
      problems.push({
        code: "factor-relation",
        severity: "warning",
        message: `“${name}${factor.relation}${factor.end.value}” bounds a search; a mapping needs one number, so this counts as ${name}=1. Write “${name}=…”.`,
        location: factor.location,
      });
      continue;
    }
    if (seen.has(index)) {
      problems.push({
        code: "repeated-factor",
        severity: "warning",
        message: `${name} has two factors in one directive; only the last one, ${factor.end.value}, counts.`,
        location: factor.location,
        fixes: withoutEarlier(directive?.factors ?? [], factor),
      });
    }
    seen.add(index);
    const end = factor.end.value === 0 ? workload.dimensions[index].bound : factor.end.value;
    factors.end[index] = end;
    factors.residual[index] = factor.residual?.value ?? end;
  }
  return factors;
}

/** Dimension indices, innermost first: as written, then the missing ones in the order of the problem. */
function loopOrder(directive: DirectiveSource | undefined, workload: Workload, problems: Problem[]): number[] {
  const names = workload.dimensions.map((dimension) => dimension.name);
  const order: number[] = [];
  for (const letter of directive?.permutation ?? []) {
    const index = names.indexOf(letter.value);
    if (index < 0) {
      problems.push({
        code: "unknown-dimension",
        severity: "error",
        message: `The problem has no dimension ${letter.value}; it has ${listed(names)}.${didYouMean(letter.value, names)}`,
        location: letter.location,
        fixes: renameFixes(letter.value, names, letter.location),
      });
      continue;
    }
    if (order.includes(index)) {
      problems.push({
        code: "repeated-dimension",
        severity: "warning",
        message: `${letter.value} stands twice in this permutation. Each dimension has one place in the order of the loops; remove one of the two.`,
        location: letter.location,
        fixes: [{ title: "Remove the second one", edits: [{ location: letter.location, newText: "" }], safe: false }],
      });
    }
    order.push(index);
  }
  if (order.length === names.length) return order;
  names.forEach((_, index) => {
    if (!order.includes(index)) order.push(index);
  });
  return order.slice(0, names.length);
}

/** Takes out the factor that does not count, up to the one after it; only where a separator alone stands between. */
function withoutEarlier(factors: readonly FactorSource[], last: FactorSource): Fix[] {
  const at = factors.findIndex((factor) => factor.dimension.value === last.dimension.value);
  const { location } = factors[at];
  const next = factors[at + 1].location;
  if (next.uri !== location.uri || next.start < location.end || next.start - location.end > 2) return [];
  const { value } = factors[at].end;
  return [
    {
      title: `Remove ${last.dimension.value}=${value}, which does not count`,
      edits: [{ location: { ...location, end: next.start }, newText: "" }],
      safe: true,
    },
  ];
}
