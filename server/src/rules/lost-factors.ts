import { targetLevel } from "../spec/component-constraints.ts";
import type { DirectiveSource } from "../spec/types.ts";
import type { Subject, ViolationOf } from "./subject.ts";

/** Factors that stand in the mapping and count nowhere: their directive speaks for no level, or no dimension has their name. */
export interface LostFactors {
  /** Trips by dimension; `null` where the product cannot be told from them. */
  named: ReadonlyMap<string, number | null>;
  unnamed: readonly number[];
}

export function lostFactors({ mappingSource, architecture, layer, specification }: Subject): LostFactors {
  const bounds = new Map(layer.workload.dimensions.map(({ name, bound }) => [name, bound]));
  const named = new Map<string, number | null>();
  const unnamed: number[] = [];
  const isLost = ({ target, type }: DirectiveSource) =>
    target === null ||
    type === null ||
    targetLevel(target.value, type.value === "spatial", architecture, specification.architectureSource) < 0;
  for (const directive of mappingSource.directives) {
    const lost = isLost(directive);
    for (const { dimension, end, residual } of directive.factors) {
      const bound = bounds.get(dimension.value);
      if (bound === undefined) unnamed.push(end.value);
      else if (lost) {
        const trips = end.value === 0 ? bound : end.value;
        const before = named.get(dimension.value);
        named.set(dimension.value, residual !== null || before === null ? null : (before ?? 1) * trips);
      }
    }
  }
  return { named, unnamed };
}

/** What a wrong product comes to with its lost factors; `null` where they explain it: telling their mistake is enough. */
export function productWithLost(
  subject: Subject,
  { dimension, product, bound }: ViolationOf<"factor-product">,
  lost: LostFactors,
): number | null {
  const own = lost.named.get(subject.layer.workload.dimensions[dimension].name);
  if (own === null) return null;
  const all = product * (own ?? 1);
  return [1, ...lost.unnamed].some((trips) => all * trips === bound) ? null : all;
}
