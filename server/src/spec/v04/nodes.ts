import type { Located, Location, Problem } from "../../syntax/source.ts";
import { child, describe, isNull, type YamlMap, type YamlNode } from "../../syntax/yaml.ts";
import { listed, renameFixes } from "../nearest.ts";
import { type Attributes, plainAttributes, readAttributes } from "./attributes.ts";
import { attributeValue, positiveInteger, Scope } from "./scope.ts";

export type LeafKind = "container" | "storage" | "compute" | "network" | "nothing";

/** A `!Component`, `!Container` or `!Nothing` of the tree. */
export interface Leaf {
  node: "leaf";
  kind: LeafKind;
  name: Located<string>;
  class: Located<string>;
  attributes: Attributes;
  meshX: number;
  meshY: number;
  /** Place of `spatial`, else of the name. */
  spatialLocation: Location;
  constraints: YamlNode | undefined;
  location: Location;
}

/** `!Hierarchical` (children feed one another) or `!Parallel` (peers under one parent). */
export interface Branch {
  node: "branch";
  parallel: boolean;
  children: (Leaf | Branch)[];
  location: Location;
}

/** Substrings that decide what a class is, in this order (`timeloopfe/v4/arch.py`, `component_factory`). */
const classParts: readonly (readonly [LeafKind, readonly string[]])[] = [
  ["storage", ["DRAM", "SRAM", "regfile", "smartbuffer", "storage"]],
  ["compute", ["mac", "intmac", "fpmac", "compute"]],
  ["network", ["XY_NoC", "Legacy", "ReductionTree", "SimpleMulticast"]],
  ["nothing", ["nothing"]],
];

const tags = ["!Component", "!Container", "!Hierarchical", "!Parallel", "!Pipelined", "!Nothing"];
const leafKeys = ["name", "attributes", "spatial", "constraints", "sparse_optimizations"];
const containerKeys = [...leafKeys, "networks"];
const componentKeys = [...leafKeys, "class", "subclass", "required_actions", "area_scale", "energy_scale", "enabled"];

/** Reads `nodes:` of an architecture or branch. Names of finished leaves become visible to later expressions. */
export function readNodes(
  nodes: YamlNode | undefined,
  scope: Scope,
  names: Scope,
  problems: Problem[],
): (Leaf | Branch)[] {
  if (nodes === undefined || nodes.kind !== "sequence") {
    if (nodes !== undefined && !isNull(nodes)) problems.push(wrongType(nodes, "nodes", "a list"));
    return [];
  }
  const read: (Leaf | Branch)[] = [];
  const local = new Scope(scope);
  for (const item of nodes.items) {
    // Included lists of nodes stand for their elements.
    if (item.kind === "sequence") read.push(...readNodes(item, local, names, problems));
    else if (item.kind !== "map") problems.push(wrongType(item, "an element of nodes", "a tagged map"));
    else read.push(...readNode(item, local, names, problems));
  }
  return read;
}

function readNode(node: YamlMap, scope: Scope, names: Scope, problems: Problem[]): (Leaf | Branch)[] {
  const tag = nodeTag(node, problems);
  if (tag === "!Hierarchical" || tag === "!Parallel" || tag === "!Pipelined") {
    checkKeys(node, ["nodes", "name"], tag, problems);
    if (tag === "!Pipelined")
      problems.push(notModelled(node.location, "!Pipelined nodes are read as !Hierarchical ones"));
    const children = readNodes(child(node, "nodes"), scope, names, problems);
    return [{ node: "branch", parallel: tag === "!Parallel", children, location: node.location }];
  }
  const leaf = readLeaf(node, tag, scope, problems);
  if (leaf === null) return [];
  // Containers lend their attributes to the expressions of what they hold.
  if (leaf.kind === "container") for (const [name, { value }] of leaf.attributes) scope.set(name, value);
  names.set(leaf.name.value, {
    name: leaf.name.value,
    class: leaf.class.value,
    attributes: plainAttributes(leaf.attributes),
    spatial: { meshX: leaf.meshX, meshY: leaf.meshY },
  });
  return [leaf];
}

function nodeTag(node: YamlMap, problems: Problem[]): string {
  if (node.tag !== null && tags.includes(node.tag)) return node.tag;
  const guess = node.index.has("nodes") ? "!Hierarchical" : node.index.has("class") ? "!Component" : "!Container";
  const start = { ...node.location, end: node.location.start };
  const missing = node.tag === null || node.tag.startsWith("tag:");
  problems.push({
    code: "node-tag",
    severity: "error",
    message: missing
      ? `This node has no tag, so Timeloop's front end refuses it; it is read as ${guess}.`
      : `${node.tag} is not a kind of node; it is read as ${guess}. Known: ${listed(tags)}.`,
    location: node.index.get("name")?.location ?? node.location,
    fixes: missing
      ? [{ title: `Write ${guess}`, edits: [{ location: start, newText: `${guess} ` }], safe: false }]
      : [],
  });
  return guess;
}

function readLeaf(node: YamlMap, tag: string, scope: Scope, problems: Problem[]): Leaf | null {
  checkKeys(node, tag === "!Container" ? containerKeys : componentKeys, tag, problems);
  const enabled = child(node, "enabled");
  if (enabled !== undefined && attributeValue(enabled, scope, problems) === false) return null;
  const name = readText(child(node, "name"));
  if (name === null && tag !== "!Nothing") {
    problems.push({
      code: "missing-name",
      severity: "error",
      message: `This ${tag} needs a name.`,
      location: node.location,
    });
    return null;
  }
  const kind = readKind(node, tag, problems);
  const attributes = readAttributes(child(node, "attributes"), scope, problems);
  const inner = new Scope(scope);
  for (const [key, { value }] of attributes) inner.set(key, value);
  inner.set("attributes", plainAttributes(attributes));
  if (child(node, "sparse_optimizations") !== undefined)
    problems.push(
      notModelled(
        node.index.get("sparse_optimizations")?.key.location ?? node.location,
        "Sparse optimizations are left out: the figures are those of dense data",
      ),
    );
  const networks = node.index.get("networks");
  if (networks !== undefined)
    problems.push(
      notModelled(networks.key.location, "Timeloop's front end drops the networks of a container, and so do we"),
    );
  const spatial = child(node, "spatial");
  return {
    node: "leaf",
    kind,
    name: name ?? { value: "nothing", location: node.location },
    class: readText(child(node, "class")) ?? {
      value: tag === "!Container" ? "container" : "nothing",
      location: node.location,
    },
    attributes,
    meshX: mesh(spatial, "meshX", inner, problems),
    meshY: mesh(spatial, "meshY", inner, problems),
    spatialLocation: node.index.get("spatial")?.location ?? name?.location ?? node.location,
    constraints: child(node, "constraints"),
    location: node.location,
  };
}

function readText(node: YamlNode | undefined): Located<string> | null {
  if (node === undefined || node.kind !== "scalar" || node.text === "") return null;
  return { value: node.text, location: node.location };
}

function readKind(node: YamlMap, tag: string, problems: Problem[]): LeafKind {
  if (tag === "!Container") return "container";
  if (tag === "!Nothing") return "nothing";
  const name = readText(child(node, "class"));
  const kind = classParts.find(([, parts]) => parts.some((part) => name?.value.includes(part)))?.[0];
  if (kind !== undefined) return kind;
  const known = classParts.flatMap(([, parts]) => parts);
  problems.push({
    code: "unknown-class",
    severity: "error",
    message:
      name === null
        ? "This component needs a class, such as DRAM, SRAM, regfile or intmac."
        : `The class ${name.value} says neither storage nor compute nor network: it must contain ${listed(known, "or")}. A class of your own goes under subclass.`,
    location: name?.location ?? node.index.get("name")?.location ?? node.location,
  });
  return "storage";
}

function mesh(spatial: YamlNode | undefined, key: "meshX" | "meshY", scope: Scope, problems: Problem[]): number {
  if (spatial === undefined || isNull(spatial)) return 1;
  if (spatial.kind !== "map") {
    if (key === "meshX") problems.push(wrongType(spatial, "spatial", "a map such as {meshX: 4, meshY: 2}"));
    return 1;
  }
  if (key === "meshX") checkKeys(spatial, ["meshX", "meshY"], "spatial", problems);
  const node = child(spatial, key);
  return node === undefined ? 1 : (positiveInteger(node, key, scope, problems) ?? 1);
}

/** Keys the front end does not know are refused there; here they are a problem and otherwise ignored. */
export function checkKeys(node: YamlMap, known: readonly string[], where: string, problems: Problem[]): void {
  for (const { key } of node.entries) {
    if (known.includes(key.text) || key.text.includes("ignore")) continue;
    problems.push({
      code: "unknown-key",
      severity: "warning",
      message: `“${key.text}” means nothing in ${where} and is ignored. Known: ${listed(known)}.`,
      location: key.location,
      fixes: renameFixes(key.text, known, key.location),
    });
  }
}

function wrongType(node: YamlNode, what: string, wanted: string): Problem {
  return {
    code: "wrong-type",
    severity: "error",
    message: `${what} must be ${wanted}, found ${describe(node)}.`,
    location: node.location,
  };
}

function notModelled(location: Location, message: string): Problem {
  return { code: "not-modelled", severity: "warning", message: `${message}.`, location };
}
