import type { EvaluationOptions } from "../../engine/model/types.ts";
import type { Problem } from "../../syntax/source.ts";
import { child, type YamlNode } from "../../syntax/yaml.ts";
import type { Reading } from "../types.ts";

/** What Timeloop's environment variables mean here. Any value but 0 switches on. */
const meanings: Readonly<Record<string, (on: boolean) => Partial<EvaluationOptions>>> = {
  TIMELOOP_DISABLE_LINK_TRANSFERS: (on) => (on ? { linkTransfers: false } : {}),
  TIMELOOP_ENABLE_TOROIDAL_LINKS: (on) => ({ toroidalLinks: on }),
  TIMELOOP_ENABLE_FIRST_READ_ELISION: (on) => ({ firstReadElision: on }),
  TIMELOOP_ENABLE_UPDATED_RMW: (on) => ({ updatedRmw: on }),
};

/** The options that a set of environment variables stands for; others are left alone. */
export function optionsOfEnvironment(environment: Iterable<readonly [string, string]>): Partial<EvaluationOptions> {
  const options: Partial<EvaluationOptions> = {};
  for (const [name, value] of environment) {
    if (Object.hasOwn(meanings, name)) Object.assign(options, meanings[name]?.(value.trim() !== "0"));
  }
  return options;
}

/** Reads `globals:` of v0.4: environment variables count, Python functions are reported. */
export function readGlobals(node: YamlNode): Reading<Partial<EvaluationOptions>> {
  const problems: Problem[] = [];
  const variables = child(node, "environment_variables");
  const entries = variables?.kind === "map" ? variables.entries : [];
  const texts = entries.flatMap(({ key, value }) => (value.kind === "scalar" ? [[key.text, value.text] as const] : []));
  const functions = child(node, "expression_custom_functions");
  for (const file of functions?.kind === "sequence" ? functions.items : []) {
    problems.push({
      code: "not-modelled",
      severity: "warning",
      message: "Python files are not run: expressions that call their functions have no value here.",
      location: file.location,
    });
  }
  return { value: optionsOfEnvironment(texts), problems };
}
