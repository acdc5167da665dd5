import type { Workload } from "../../engine/model/types.ts";
import { child, type YamlNode } from "../../syntax/yaml.ts";
import { readDirectives } from "../directives.ts";
import type { DirectiveSource, Reading } from "../types.ts";
import { macroKeys, readDraft } from "./constraints.ts";
import { expandMacros } from "./macros.ts";
import { type Variables, variableScope } from "./variables.ts";

/**
 * Reads `mapping:` beside a v0.4 architecture. There a mapping is a list of constraints (`timeloopfe/v4`,
 * `Specification`): macros such as `factors_only` and `keep_only` are written out where the problem is known.
 */
export function readMappingV04(
  node: YamlNode,
  context: { variables: Variables; workload: Workload | null },
): Reading<DirectiveSource[]> {
  const usesMacros = (item: YamlNode) => macroKeys.some((key) => child(item, key) !== undefined);
  const { workload } = context;
  if (workload === null || node.kind !== "sequence" || !node.items.some(usesMacros))
    return readDirectives(node, { scope: "mapping", version: "0.4" });
  const reading: Reading<DirectiveSource[]> = { value: [], problems: [] };
  const scope = variableScope(context.variables);
  for (const item of node.items) {
    if (item.kind === "map" && usesMacros(item)) {
      const draft = readDraft(item, scope, reading.problems);
      reading.value.push(expandMacros(draft, workload, reading.problems).directive);
    } else {
      const { value, problems } = readDirectives({ ...node, items: [item] }, { scope: "mapping", version: "0.4" });
      reading.value.push(...value);
      reading.problems.push(...problems);
    }
  }
  return reading;
}
