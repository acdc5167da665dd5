import type { EvaluationOptions } from "../engine/model/types.ts";
import { describe, type YamlNode } from "../syntax/yaml.ts";
import { listed, renameFixes } from "./nearest.ts";
import type { Report } from "./report.ts";

const rules = ["exact", "timeloop", "timeloop-2022"] as const;
const flags = {
  link_transfers: "linkTransfers",
  toroidal_links: "toroidalLinks",
  first_read_elision: "firstReadElision",
  updated_rmw: "updatedRmw",
} as const;
const keys = ["counting", ...Object.keys(flags)];

/** `evaluate: {counting: timeloop, link_transfers: false}`. */
export function readEvaluateOptions(node: YamlNode, report: Report): Partial<EvaluationOptions> {
  const options: Partial<EvaluationOptions> = {};
  if (node.kind !== "map") {
    report.error("wrong-type", `evaluate must be a map of options, found ${describe(node)}.`, node.location);
    return options;
  }
  for (const { key, value } of node.entries) {
    const name = key.text;
    if (name === "counting") {
      const rule = value.kind === "scalar" ? rules.find((known) => known === value.text) : undefined;
      if (rule) options.counting = rule;
      else {
        const message = `counting must be ${listed(rules, "or")}, found ${describe(value)}.`;
        const fixes = value.kind === "scalar" ? renameFixes(value.text, rules, value.location) : [];
        report.error("unknown-counting-rule", message, value.location, { fixes });
      }
    } else if (name in flags) {
      if (value.kind === "scalar" && typeof value.value === "boolean") {
        options[flags[name as keyof typeof flags]] = value.value;
      } else report.error("wrong-type", `${name} must be true or false, found ${describe(value)}.`, value.location);
    } else {
      const message = `“${name}” is no option of evaluate; there are ${listed(keys)}.`;
      report.error("unknown-key", message, key.location, { fixes: renameFixes(name, keys, key.location) });
    }
  }
  return options;
}
