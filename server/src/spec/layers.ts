import { isNull, type YamlNode } from "../syntax/yaml.ts";
import type { Parts } from "./parts.ts";
import type { Report } from "./report.ts";
import type { LayerSource } from "./types.ts";
import { asNumber, type Evaluate, plain, type VariableValues, valueAt } from "./values.ts";
import { readProblem } from "./workload.ts";

/** The layers of all files, with the counts that a table of counts gives them. */
export function readLayers(parts: Parts, evaluate: Evaluate, variables: VariableValues, report: Report): LayerSource[] {
  const problems = parts.all("problem", "layers").filter(({ value }) => !isNull(value));
  const layers = problems.flatMap(({ value, alone, file }) => {
    const fallbackName = alone ? baseName(file.uri) : null;
    return readProblem(value, { evaluate, variables, fallbackName, report });
  });
  for (const { root } of parts.others) {
    if (root.kind === "map") applyCounts(root, layers);
  }
  return numbered(layers);
}

/** Layers of one network need names of their own. */
function numbered(layers: LayerSource[]): LayerSource[] {
  const seen = new Map<string, number>();
  for (const layer of layers) {
    const { name } = layer.workload;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    if (times > 1) layer.workload = { ...layer.workload, name: `${name} ${times}` };
  }
  return layers;
}

/** A table from bounds to `{count, name}`, as published beside DOSA's layers; a layer matches by name or bounds. */
function applyCounts(table: YamlNode, layers: readonly LayerSource[]): void {
  if (table.kind !== "map") return;
  for (const { key, value } of table.entries) {
    const countNode = valueAt(value, "count");
    const count = countNode && asNumber(plain(countNode), undefined);
    if (count === undefined || !Number.isInteger(count) || count < 1) continue;
    const nameNode = valueAt(value, "name");
    const name = nameNode?.kind === "scalar" ? nameNode.text : null;
    const layer =
      layers.find(({ workload }) => workload.name === name) ?? layers.find((one) => boundsKey(one) === key.text);
    if (layer) layer.count = count;
  }
}

/** R_S_P_Q_C_K_N and the strides and dilations along W and H. */
function boundsKey({ workload }: LayerSource): string {
  const bound = (name: string) => workload.dimensions.find((dimension) => dimension.name === name)?.bound ?? 1;
  const coefficient = (name: string) => {
    const index = workload.dimensions.findIndex((dimension) => dimension.name === name);
    for (const { ranks } of workload.dataSpaces) {
      for (const rank of ranks) {
        if (rank.length > 1) for (const term of rank) if (term.dimension === index) return term.coefficient;
      }
    }
    return 1;
  };
  return [...[..."RSPQCKN"].map(bound), ...[..."PQRS"].map(coefficient)].join("_");
}

function baseName(uri: string): string {
  const file = decode(uri.slice(Math.max(uri.lastIndexOf("/"), uri.lastIndexOf("\\")) + 1));
  return file.replace(/(\.yaml|\.yml)?(\.jinja2?)?$/i, "");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
