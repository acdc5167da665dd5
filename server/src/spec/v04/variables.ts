import type { Located, Problem } from "../../syntax/source.ts";
import type { YamlNode } from "../../syntax/yaml.ts";
import type { AttributeValue, Reading } from "../types.ts";
import { attributeValue, Scope } from "./scope.ts";

/** `variables:` of v0.4: each may use those before it. */
export type Variables = ReadonlyMap<string, Located<AttributeValue>>;

/** Reads the `variables` values of one or several files, in order. The front end refuses a variable with two values. */
export function readVariables(nodes: readonly YamlNode[]): Reading<Variables> {
  const problems: Problem[] = [];
  const variables = new Map<string, Located<AttributeValue>>();
  const scope = new Scope();
  for (const node of nodes) {
    if (node.kind !== "map") continue;
    for (const { key, value } of node.entries) {
      if (key.text === "version") continue;
      const earlier = variables.get(key.text);
      const read = attributeValue(value, scope, problems);
      if (earlier !== undefined) {
        if (JSON.stringify(earlier.value) !== JSON.stringify(read)) problems.push(twoValues(key.text, value, earlier));
        continue;
      }
      variables.set(key.text, { value: read, location: value.location });
      scope.set(key.text, read);
    }
  }
  return { value: variables, problems };
}

function twoValues(name: string, node: YamlNode, earlier: Located<AttributeValue>): Problem {
  return {
    code: "conflicting-variable",
    severity: "error",
    message: `The variable ${name} already has the value ${JSON.stringify(earlier.value)}; that one is used.`,
    location: node.location,
    related: [{ message: "First value", location: earlier.location }],
  };
}

/** The scope that expressions of all other parts start from. */
export function variableScope(variables: Variables): Scope {
  const scope = new Scope();
  const values = [...variables].map(([name, { value }]) => [name, value] as const);
  for (const [name, value] of values) scope.set(name, value);
  if (!variables.has("variables")) scope.set("variables", Object.fromEntries(values));
  return scope;
}
