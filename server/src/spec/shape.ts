import type { Location } from "../syntax/source.ts";
import { describe, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { nearestName, renameFixes, writeFixes } from "./nearest.ts";
import { readProjection, scalarTexts, type TermSource } from "./projection.ts";
import type { Report } from "./report.ts";
import { defaultShape, type NamedShape, namedShape, shapeNames } from "./shapes.ts";
import { asNumber, type Evaluate, reportUnknownKeys, textOf, valueAt } from "./values.ts";

export interface ShapeDataSpace {
  name: string;
  readWrite: boolean;
  ranks: readonly (readonly TermSource[])[];
  location: Location;
}

/** A shape before its bounds and coefficients have values. */
export interface Shape {
  name: string;
  dimensions: readonly { name: string; location: Location }[];
  /** Default values. */
  coefficients: ReadonlyMap<string, number>;
  dataSpaces: readonly ShapeDataSpace[];
}

const shapeKeys = new Set(["name", "dimensions", "coefficients", "data_spaces", "flatten", "version"]);
const dataSpaceKeys = new Set(["name", "projection", "read_write", "ranks"]);

/** The shape of a problem: written out, by name, or the default where there is none. Null: it cannot be used. */
export function readShape(problem: YamlMap, evaluate: Evaluate, report: Report): Shape | null {
  const node = valueAt(problem, "shape");
  if (node === undefined) {
    const message = `The problem has no shape; Timeloop takes ${defaultShape.name}.`;
    report.information("missing-shape", message, problem.location);
    return fromTable(defaultShape, problem.location);
  }
  if (node.kind === "map") return readInlineShape(node, evaluate, report);
  if (node.kind === "sequence") {
    report.error("wrong-type", `shape must be a map or a name, found ${describe(node)}.`, node.location);
    return null;
  }
  const known = namedShape(node.text);
  if (known) return fromTable(known, node.location);
  const fixes = nearestName(node.text, shapeNames) ? renameFixes(node.text, shapeNames, node.location) : [];
  const message = `No shape is called “${node.text}”; there are ${shapeNames.join(", ")}, or write it out.`;
  report.error("unknown-shape", message, node.location, { fixes });
  return null;
}

function fromTable(shape: NamedShape, location: Location): Shape {
  const term = (text: string): TermSource => {
    const [dimension, coefficient] = text.split("*");
    return { dimension: shape.dimensions.indexOf(dimension), coefficient: coefficient ?? null, location };
  };
  return {
    name: shape.name,
    dimensions: shape.dimensions.map((name) => ({ name, location })),
    coefficients: new Map(Object.entries(shape.coefficients)),
    dataSpaces: shape.dataSpaces.map((space) => ({
      name: space.name,
      readWrite: space.readWrite,
      ranks: space.ranks.map((rank) => rank.map(term)),
      location,
    })),
  };
}

/** A shape written out (Timeloop `problem-shape.cpp`, `Shape::Parse`). */
function readInlineShape(node: YamlMap, evaluate: Evaluate, report: Report): Shape | null {
  reportUnknownKeys(node, shapeKeys, "a shape", report);
  const flatten = valueAt(node, "flatten");
  if (flatten) report.error("not-modelled", "Flattened dimensions are not modelled.", flatten.location);
  const dimensions = readDimensions(node, report);
  const coefficients = readCoefficients(node, evaluate, report);
  const list = valueAt(node, "data_spaces");
  if (list?.kind !== "sequence" || list.items.length === 0) {
    const place = list?.location ?? node.location;
    report.error("missing-data-spaces", "A shape needs a list “data_spaces” of its tensors.", place);
    return null;
  }
  if (dimensions === null) return null;
  const context = { dimensions: dimensions.map(({ name }) => name), coefficients };
  const dataSpaces: ShapeDataSpace[] = [];
  let complete = true;
  for (const item of list.items) {
    const name = textOf(valueAt(item, "name"), "The name of a data space", report);
    if (item.kind !== "map" || name === undefined) {
      report.error("missing-name", "A data space needs a name.", item.location);
      complete = false;
      continue;
    }
    reportUnknownKeys(item, dataSpaceKeys, "a data space", report);
    if (dataSpaces.some((known) => known.name === name)) {
      report.error("repeated-name", `There are two data spaces called ${name}.`, valueAt(item, "name")!.location);
      complete = false;
      continue;
    }
    const ranks = readProjection(item, name, context, report);
    if (ranks === null) complete = false;
    else {
      const readWrite = readFlag(valueAt(item, "read_write"), name, report);
      dataSpaces.push({ name, readWrite, ranks, location: item.location });
    }
  }
  if (!complete) return null;
  return {
    name: textOf(valueAt(node, "name"), "The name of a shape", report) ?? "",
    dimensions,
    coefficients,
    dataSpaces,
  };
}

function readDimensions(node: YamlMap, report: Report): { name: string; location: Location }[] | null {
  const list = valueAt(node, "dimensions");
  if (list?.kind !== "sequence" || list.items.length === 0) {
    const message = "A shape needs a list “dimensions” of letters: [R, S, P, Q, C, K, N].";
    report.error("missing-dimensions", message, list?.location ?? node.location);
    return null;
  }
  const dimensions: { name: string; location: Location }[] = [];
  const names = new Set<string>();
  for (const item of list.items) {
    if (item.kind !== "scalar" || item.text === "") {
      report.error("wrong-type", `A dimension is a letter, found ${describe(item)}.`, item.location);
    } else if (names.has(item.text)) {
      report.error("repeated-dimension", `The dimension ${item.text} is declared twice.`, item.location);
    } else {
      let name = item.text;
      if ([...item.text].length !== 1) {
        const message = `The dimension “${item.text}” must have a name of one character: factors and permutations are written with letters.`;
        const letter = letterMeant(item.text, node, list.items);
        const fixes = letter === undefined ? [] : writeFixes([letter], item.location);
        report.error("long-dimension-name", message, item.location, { fixes });
        name = letter ?? name;
      }
      names.add(name);
      dimensions.push({ name, location: item.location });
    }
  }
  return dimensions;
}

/** The letter of a long name that the projections use where they never use the name itself: one mistake, not many. */
function letterMeant(name: string, shape: YamlMap, declared: readonly YamlNode[]): string | undefined {
  const spaces = valueAt(shape, "data_spaces");
  const used = new Set(spaces === undefined ? [] : scalarTexts(spaces));
  if (used.has(name)) return undefined;
  const names = declared.flatMap(scalarTexts);
  return [...name].find((letter) => used.has(letter) && !names.includes(letter));
}

function readCoefficients(node: YamlMap, evaluate: Evaluate, report: Report): Map<string, number> {
  const coefficients = new Map<string, number>();
  const list = valueAt(node, "coefficients");
  if (list === undefined) return coefficients;
  if (list.kind !== "sequence") {
    const message = `coefficients must be a list of {name, default}, found ${describe(list)}.`;
    report.error("wrong-type", message, list.location);
    return coefficients;
  }
  for (const item of list.items) {
    const name = textOf(valueAt(item, "name"), "The name of a coefficient", report);
    const given = valueAt(item, "default");
    const value = given && asNumber(evaluate(given), undefined);
    if (name === undefined || value === undefined || !Number.isSafeInteger(value) || value < 0) {
      const message = `A coefficient needs a name and a whole number as default, found ${describe(item)}.`;
      report.error("incomplete-coefficient", message, given?.location ?? item.location);
    }
    if (name !== undefined) coefficients.set(name, value !== undefined && value >= 0 ? value : 1);
  }
  return coefficients;
}

function readFlag(node: YamlNode | undefined, name: string, report: Report): boolean {
  if (node === undefined) return false;
  if (node.kind === "scalar") {
    if (/^(y|yes|true|on)$/i.test(node.text)) return true;
    if (/^(n|no|false|off)$/i.test(node.text)) return false;
  }
  report.error("wrong-type", `read_write of ${name} must be true or false, found ${describe(node)}.`, node.location);
  return false;
}
