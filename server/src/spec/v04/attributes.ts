import type { Located, Location, Problem } from "../../syntax/source.ts";
import type { YamlNode } from "../../syntax/yaml.ts";
import type { AttributeValue } from "../types.ts";
import { attributeValue, Scope } from "./scope.ts";

export type Attributes = Map<string, Located<AttributeValue>>;

/** What the front end writes where a storage component says nothing (`timeloopfe/v4/arch.py`, `StorageAttributes`). */
const storageDefaults: readonly (readonly [string, AttributeValue])[] = [
  ["has_power_gating", false],
  ["n_banks", 2],
  ["cluster_size", 1],
  ["reduction_supported", true],
  ["multiple_buffering", 1],
  ["min_utilization", 0],
  ["allow_overbooking", false],
];

/** The storage level that a fan-out stands for (`dummy_storage` there): one word, nothing is kept in it. */
const dummyAttributes: readonly (readonly [string, AttributeValue])[] = [
  ["width", 1],
  ["depth", 1],
  ["datawidth", 1],
  ["technology", -1],
];

/** Reads `attributes:`; each may use those before it. Keys are written with underscores. */
export function readAttributes(node: YamlNode | undefined, outer: Scope, problems: Problem[]): Attributes {
  const attributes: Attributes = new Map();
  if (node === undefined || node.kind !== "map") {
    if (node !== undefined && !(node.kind === "scalar" && node.value === null)) {
      problems.push({
        code: "wrong-type",
        severity: "error",
        message: "attributes must be a map of names to values.",
        location: node.location,
      });
    }
    return attributes;
  }
  const scope = new Scope(outer);
  for (const { key, value } of node.entries) {
    const read = attributeValue(value, scope, problems);
    scope.set(key.text, read);
    if (read !== null) attributes.set(key.text.replaceAll("-", "_"), { value: read, location: value.location });
  }
  return attributes;
}

/** Adds the values of `more` that are not there yet. */
export function addMissing(attributes: Attributes, more: Iterable<readonly [string, Located<AttributeValue>]>): void {
  for (const [name, value] of more) if (!attributes.has(name)) attributes.set(name, value);
}

/** Makes the front end's defaults for storage explicit; they are placed at `location`. */
export function addStorageDefaults(attributes: Attributes, location: Location): void {
  addMissing(attributes, located(storageDefaults, location));
}

export function dummyStorageAttributes(location: Location): Attributes {
  const attributes = new Map(located(dummyAttributes, location));
  addStorageDefaults(attributes, location);
  return attributes;
}

function located(
  values: readonly (readonly [string, AttributeValue])[],
  location: Location,
): (readonly [string, Located<AttributeValue>])[] {
  return values.map(([name, value]) => [name, { value, location }]);
}

/** Attributes as the plain data that expressions see. */
export function plainAttributes(attributes: Attributes): AttributeValue {
  return Object.fromEntries([...attributes].map(([name, { value }]) => [name, value]));
}
