import type { Loop, Mapping, MappingLevel } from "../engine/model/types.ts";
import { effectiveWords, hardwareViolations, loopViolations } from "../engine/model/validity.ts";
import { lowerMapping } from "../spec/mapping.ts";
import { keptWords } from "../workspace/tile-extents.ts";
import type { Subject, ViolationOf, WrittenFactor } from "./subject.ts";

/** One factor written otherwise, with which the product is right. */
export interface Cure {
  at: WrittenFactor;
  /** `8` or `5,2`. */
  text: string;
}

interface Candidate extends Cure {
  factor: number;
  last: number;
  /** What is simplest comes first: no residual, another residual, another factor, a factor with a residual. */
  rank: number;
  /** How far the number is from the one written. */
  change: number;
}

/**
 * Factors that, changed alone, make the product right and spread over no more children than there are: those that
 * buffers hold first, then the simplest; a few kinds of change are tried at each.
 */
export function curesOf(
  subject: Subject,
  factors: readonly WrittenFactor[],
  { dimension, bound }: ViolationOf<"factor-product">,
): Cure[] {
  const found = factors
    .flatMap((at) => candidatesAt(subject, at, dimension, bound))
    .map((candidate) => ({ ...candidate, mapping: rewritten(subject, candidate) }))
    .filter(({ at, mapping }) => !at.spatial || spreadsNoFurther(subject, mapping));
  const perfect = found.filter(({ rank }) => rank < 3);
  return (perfect.length > 0 ? perfect : found)
    .map((candidate) => ({ ...candidate, overflows: overflows(subject, candidate.mapping) }))
    .sort((a, b) => Number(a.overflows) - Number(b.overflows) || a.rank - b.rank || a.change - b.change);
}

/** The mapping as it would be read with the candidate's numbers. */
function rewritten(subject: Subject, { at, factor, last }: Candidate): Mapping {
  const { mappingSource, architecture, layer, specification } = subject;
  const directives = mappingSource.directives.map((directive) => ({
    ...directive,
    factors: directive.factors.map((source) => {
      if (source !== at.source) return source;
      const residual = last === factor ? null : { value: last, location: source.end.location };
      return { ...source, end: { ...source.end, value: factor }, residual };
    }),
  }));
  return lowerMapping({ ...mappingSource, directives }, architecture, layer.workload, specification.architectureSource)
    .value.mapping;
}

/** Does no level need more children or instances than there are, unless it does so already? */
function spreadsNoFurther({ architecture, layer, lowered }: Subject, mapping: Mapping): boolean {
  const spread = (candidate: Mapping) =>
    hardwareViolations(architecture, layer.workload, candidate, null).flatMap((violation) =>
      "used" in violation && "level" in violation ? [violation] : [],
    );
  const before = spread(lowered.mapping);
  return spread(mapping).every(({ kind, level, used }) =>
    before.some((same) => same.kind === kind && same.level === level && used <= same.used),
  );
}

/** Does a tile grow beyond its buffer? */
function overflows({ architecture, layer: { workload }, lowered }: Subject, mapping: Mapping): boolean {
  return architecture.storage.some((storage, level) => {
    const room = effectiveWords(storage) ?? Number.POSITIVE_INFINITY;
    const words = keptWords(workload, mapping, level);
    return words > room && words > keptWords(workload, lowered.mapping, level);
  });
}

function candidatesAt(subject: Subject, at: WrittenFactor, dimension: number, bound: number): Candidate[] {
  const { end, residual } = at.source;
  const now = end.value === 0 ? bound : end.value;
  /** The product with another loop in this place; it grows by the same with every unit of either number. */
  const product = (factor: number, last: number) =>
    productOf(subject, replaced(subject.lowered.mapping, at, { dimension, factor, residual: last }), dimension);
  const solve = (f: (x: number) => number): number | null => {
    const [one, two] = [f(1), f(2)];
    const x = 1 + (bound - one) / (two - one);
    return Number.isInteger(x) && x >= 1 ? x : null;
  };
  const candidates: Candidate[] = [];
  const propose = (rank: number, factor: number, last: number) => {
    if (product(factor, last) !== bound) return;
    const text = factor === last ? `${factor}` : `${factor},${last}`;
    if (candidates.some((other) => other.text === text)) return;
    candidates.push({ at, text, factor, last, rank, change: Math.abs(Math.log(factor / now)) });
  };
  if (residual !== null && residual.value !== now) propose(0, now, now);
  const last = solve((x) => product(now, x));
  if (residual !== null && last !== null && last < now) propose(1, now, last);
  const factor = solve((x) => product(x, x));
  if (factor !== null) propose(2, factor, factor);
  if (candidates.length > 0) return candidates;
  // With more trips than would do, the last pass must be shorter.
  const least = Math.ceil(1 + (bound - product(1, 1)) / (product(2, 2) - product(1, 1)));
  const shorter = least < 2 ? null : solve((x) => product(least, x));
  if (shorter !== null && shorter < least) propose(3, least, shorter);
  return candidates;
}

function productOf(subject: Subject, mapping: Mapping, dimension: number): number {
  const { workload } = subject.layer;
  const wrong = loopViolations(workload, mapping).find(
    (violation) => violation.kind === "factor-product" && violation.dimension === dimension,
  );
  return wrong?.kind === "factor-product" ? wrong.product : workload.dimensions[dimension].bound;
}

/** The mapping with another loop of a dimension at one place; the order of the loops of one level does not matter here. */
function replaced(mapping: Mapping, { level, spatial }: WrittenFactor, loop: Loop): Mapping {
  const others = (loops: readonly Loop[]) => loops.filter(({ dimension }) => dimension !== loop.dimension);
  const levels = mapping.levels.map((own, l): MappingLevel => {
    if (l !== level) return own;
    if (!spatial) return { ...own, temporal: [...others(own.temporal), loop] };
    return { ...own, spatialX: [...others(own.spatialX), loop], spatialY: others(own.spatialY) };
  });
  return { levels };
}
