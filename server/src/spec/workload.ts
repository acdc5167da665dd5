import type { DataSpace, Workload } from "../engine/model/types.ts";
import type { Location } from "../syntax/source.ts";
import { describe, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { renameFixes } from "./nearest.ts";
import type { Report } from "./report.ts";
import { readShape, type Shape } from "./shape.ts";
import type { LayerSource } from "./types.ts";
import {
  asNumber,
  type Evaluate,
  entryOf,
  inWords,
  textOf,
  type VariableValues,
  valueAt,
  wholeNumber,
} from "./values.ts";

export interface ProblemContext {
  evaluate: Evaluate;
  variables: VariableValues;
  /** Name of a layer that has none of its own. */
  fallbackName: string | null;
  report: Report;
}

/** A shape with what its layers have in common. */
interface ShapeOfLayers extends Shape {
  /** Keys of a layer inside `instance`. */
  instanceKeys: ReadonlySet<string>;
  dimensionLocations: ReadonlyMap<string, Location>;
  dataSpaceLocations: ReadonlyMap<string, Location>;
  /** By the values of the coefficients. */
  dataSpacesByCoefficients: Map<string, readonly DataSpace[]>;
}

const problemKeys = ["version", "shape", "instance", "name", "count", "layers"];
const densityKeys = ["densities", "commonDensity"];

/** The layers of one `problem:` value, one a step: one problem, or a list of them; `instance` may be a list as well. */
export function* readingProblem(node: YamlNode, context: ProblemContext): Generator<void, LayerSource[]> {
  if (node.kind === "sequence") {
    const layers: LayerSource[] = [];
    for (const item of node.items) layers.push(...(yield* readingProblem(item, { ...context, fallbackName: null })));
    return layers;
  }
  if (node.kind !== "map") {
    const message = `A problem must be a map with a shape and its bounds, found ${describe(node)}.`;
    context.report.error("wrong-type", message, node.location);
    return [];
  }
  const shape = shapeOfLayers(readShape(node, context.evaluate, context.report));
  if (shape === null) return [];
  const instance = valueAt(node, "instance");
  if (instance?.kind === "sequence") {
    const layers: LayerSource[] = [];
    for (const item of instance.items) {
      const layer = item.kind === "map" ? readLayer(item, item, shape, { ...context, fallbackName: null }) : null;
      if (item.kind !== "map") {
        context.report.error("wrong-type", `A layer must be a map of bounds, found ${describe(item)}.`, item.location);
      }
      if (layer) layers.push(layer);
      yield;
    }
    return layers;
  }
  if (instance !== undefined && instance.kind !== "map") {
    context.report.error(
      "wrong-type",
      `instance must be a map of bounds, found ${describe(instance)}.`,
      instance.location,
    );
    return [];
  }
  if (instance !== undefined) reportStray(node, new Set(problemKeys), shape, context.report);
  const layer = readLayer(node, instance ?? node, shape, context);
  return layer ? [layer] : [];
}

function shapeOfLayers(shape: Shape | null): ShapeOfLayers | null {
  if (shape === null) return null;
  return {
    ...shape,
    instanceKeys: new Set(["name", "count", ...boundNames(shape)]),
    dimensionLocations: new Map(shape.dimensions.map(({ name, location }) => [name, location])),
    dataSpaceLocations: new Map(shape.dataSpaces.map(({ name, location }) => [name, location])),
    dataSpacesByCoefficients: new Map(),
  };
}

/** One layer: `head` holds name and count, `bounds` the bounds and coefficients. */
function readLayer(head: YamlMap, bounds: YamlMap, shape: ShapeOfLayers, context: ProblemContext): LayerSource | null {
  const { report } = context;
  const number = (node: YamlNode, what: string, least = 1): number | undefined => {
    const value = context.evaluate(node);
    const read = asNumber(value, context.variables);
    if (read !== undefined) return wholeNumber(read, what, least, node.location, report);
    report.error("wrong-type", `${what} must be a whole number; found ${inWords(value)}.`, node.location);
    return undefined;
  };
  const boundLocations = new Map<string, Location>();
  let complete = true;
  const dimensions = shape.dimensions.map(({ name }) => {
    const entry = entryOf(bounds, name);
    if (entry === undefined) {
      report.error("missing-bound", `The problem gives no bound for dimension ${name}.`, bounds.location);
      complete = false;
      return { name, bound: 1 };
    }
    boundLocations.set(name, entry.value.location);
    const bound = number(entry.value, `The bound of ${name}`);
    if (bound === undefined) complete = false;
    return { name, bound: bound ?? 1 };
  });
  const coefficients = new Map(shape.coefficients);
  for (const [name, value] of shape.coefficients) {
    const entry = entryOf(bounds, name);
    const own = entry ? number(entry.value, `The coefficient ${name}`, 0) : value;
    if (own === undefined || own < 0) complete = false;
    if (own === 0) {
      const message = `The coefficient ${name} is 0: its dimension does not move the tile at all. A stride or dilation is at least 1.`;
      report.warning("zero-coefficient", message, entry?.value.location ?? head.location);
    }
    coefficients.set(name, own ?? 1);
  }
  if (bounds === head) reportStray(bounds, new Set([...problemKeys, ...boundNames(shape)]), shape, report);
  else reportStray(bounds, shape.instanceKeys, shape, report);
  reportDensities(bounds, report);
  if (!complete) return null;
  const workload: Workload = {
    name: layerName(head, bounds, shape, context),
    dimensions,
    dataSpaces: dataSpacesOf(shape, coefficients),
  };
  const countNode = valueAt(head, "count") ?? valueAt(bounds, "count");
  return {
    workload,
    count: (countNode && number(countNode, "The count of a layer")) ?? 1,
    location: head.location,
    dimensionLocations: shape.dimensionLocations,
    boundLocations,
    dataSpaceLocations: shape.dataSpaceLocations,
  };
}

/** The same object for all layers whose coefficients are equal. */
function dataSpacesOf(shape: ShapeOfLayers, coefficients: ReadonlyMap<string, number>): readonly DataSpace[] {
  const key = [...coefficients.values()].join();
  let dataSpaces = shape.dataSpacesByCoefficients.get(key);
  if (dataSpaces === undefined) {
    dataSpaces = shape.dataSpaces.map(({ name, readWrite, ranks }) => ({
      name,
      readWrite,
      ranks: ranks.map((rank) =>
        rank
          .map(({ dimension, coefficient: factor }) => ({
            dimension,
            coefficient: factor === null ? 1 : coefficients.get(factor)!,
          }))
          .filter(({ coefficient }) => coefficient !== 0),
      ),
    }));
    shape.dataSpacesByCoefficients.set(key, dataSpaces);
  }
  return dataSpaces;
}

function layerName(head: YamlMap, bounds: YamlMap, shape: Shape, context: ProblemContext): string {
  const own = valueAt(head, "name") ?? valueAt(bounds, "name");
  return textOf(own, "The name of a layer", context.report) ?? context.fallbackName ?? shape.name;
}

function boundNames(shape: Shape): string[] {
  return [...shape.dimensions.map(({ name }) => name), ...shape.coefficients.keys(), ...densityKeys];
}

/** Bounds of dimensions that the shape does not have are read by nobody. */
function reportStray(map: YamlMap, expected: ReadonlySet<string>, shape: Shape, report: Report): void {
  for (const entry of map.entries) {
    const key = entry.key.text;
    if (expected.has(key)) continue;
    const names = shape.dimensions.map(({ name }) => name);
    if (names.includes(key) || shape.coefficients.has(key)) {
      const message = `${key} stands beside “instance” and is not read; put it inside.`;
      report.warning("bound-outside-instance", message, entry.location);
      continue;
    }
    const message = `${key} is neither a dimension (${names.join(", ")}) nor a coefficient of the shape; it has no effect.`;
    const fixes = key.length > 1 ? renameFixes(key, [...shape.coefficients.keys()], entry.key.location) : [];
    // Layer files often say more than a shape asks for (the size of the image, padding).
    if (fixes.length > 0) report.warning("unknown-bound", message, entry.location, { fixes });
    else report.unused("unknown-bound", message, entry.location);
  }
}

function reportDensities(bounds: YamlMap, report: Report): void {
  for (const key of densityKeys) {
    const entry = entryOf(bounds, key);
    if (entry === undefined || isDense(entry.value)) continue;
    const message = "Densities are not modelled: every tensor is counted as dense.";
    report.information("density-not-modelled", message, entry.location);
  }
}

/** True where every density is 1: the file says what is counted anyway. */
function isDense(node: YamlNode): boolean {
  if (node.kind === "scalar") return node.value === null || node.value === 1;
  if (node.kind === "sequence") return node.items.length === 0;
  const own = valueAt(node, "density");
  return own ? isDense(own) : node.entries.every(({ value }) => isDense(value));
}
