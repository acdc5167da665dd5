import type { Location } from "../syntax/source.ts";
import { describe, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { renameFixes, writeFixes } from "./nearest.ts";
import type { Report } from "./report.ts";
import { valueAt } from "./values.ts";

/** `[P, Wstride]`: a dimension, times a named coefficient. */
export interface TermSource {
  /** Index into the dimensions. */
  dimension: number;
  coefficient: string | null;
  location: Location;
}

interface Names {
  dimensions: readonly string[];
  /** Dimensions that this data space has already: another one is meant. */
  used: ReadonlySet<string>;
  coefficients: ReadonlyMap<string, number>;
}

/**
 * How the operation space projects onto a tensor: a list of dimensions, or a list of ranks, each a list of terms
 * `[dimension]` or `[dimension, coefficient]`. Null with problems when it cannot be understood.
 */
export function readProjection(
  space: YamlMap,
  name: string,
  shape: Omit<Names, "used">,
  report: Report,
): TermSource[][] | null {
  const node = valueAt(space, "projection");
  if (node?.kind !== "sequence") {
    const found = node ? `, found ${describe(node)}` : "";
    const message = `${name} needs a projection: a list of ranks such as [[[C]], [[P, Wstride], [R, Wdilation]]]${found}.`;
    report.error("missing-projection", message, node?.location ?? space.location);
    return null;
  }
  const names = { ...shape, used: new Set(scalarTexts(node)) };
  const ranks: TermSource[][] = [];
  let complete = true;
  const take = (term: TermSource | null, rank: TermSource[]): void => {
    if (term === null) complete = false;
    else rank.push(term);
  };
  // Timeloop looks at the first element: a dimension there means that all ranks are single dimensions.
  if (node.items[0]?.kind === "scalar") {
    for (const item of node.items) {
      const rank: TermSource[] = [];
      take(readTerm([item], item.location, names, report), rank);
      ranks.push(rank);
    }
    return complete ? ranks : null;
  }
  for (const item of node.items) {
    const rank: TermSource[] = [];
    if (item.kind !== "sequence") {
      report.error(
        "projection-rank",
        `A rank of ${name} must be a list of terms, found ${describe(item)}.`,
        item.location,
      );
      complete = false;
      continue;
    }
    for (const term of item.items) {
      if (term.kind === "sequence") take(readTerm(term.items, term.location, names, report), rank);
      else {
        const message = `A term of ${name} must be a list, [dimension] or [dimension, coefficient], found ${describe(term)}.`;
        report.error("projection-term", message, term.location);
        complete = false;
      }
    }
    ranks.push(rank);
  }
  return complete ? ranks : null;
}

function readTerm(parts: readonly YamlNode[], location: Location, names: Names, report: Report): TermSource | null {
  const [first, second] = parts;
  if (parts.length < 1 || parts.length > 2 || parts.some((part) => part.kind !== "scalar")) {
    const message = "A term of a projection is [dimension] or [dimension, coefficient].";
    report.error("projection-term", message, location);
    return null;
  }
  const dimensionName = first.kind === "scalar" ? first.text : "";
  const dimension = names.dimensions.indexOf(dimensionName);
  if (dimension < 0) {
    const message = `The projection uses the dimension ${dimensionName}; the shape has ${names.dimensions.join(", ")}.`;
    const meant = renameFixes(dimensionName, names.dimensions, first.location);
    const free = names.dimensions.filter((name) => !names.used.has(name));
    const fixes = meant.length > 0 ? meant : writeFixes(free.slice(0, 3), first.location);
    report.error("unknown-dimension", message, first.location, { fixes });
    return null;
  }
  if (second === undefined) return { dimension, coefficient: null, location };
  const coefficient = second.kind === "scalar" ? second.text : "";
  if (!names.coefficients.has(coefficient)) {
    const known = [...names.coefficients.keys()];
    const have = known.length === 0 ? "the shape has none" : `the shape has ${known.join(", ")}`;
    const message = `The projection uses the coefficient ${coefficient}; ${have}.`;
    const fixes = renameFixes(coefficient, known, second.location);
    report.error("unknown-coefficient", message, second.location, { fixes });
    return null;
  }
  return { dimension, coefficient, location };
}

/** Every text in a tree. */
export function scalarTexts(node: YamlNode): string[] {
  if (node.kind === "scalar") return [node.text];
  if (node.kind === "sequence") return node.items.flatMap(scalarTexts);
  return node.entries.flatMap(({ value }) => scalarTexts(value));
}
