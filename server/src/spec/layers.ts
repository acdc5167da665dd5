import { isNull } from "../syntax/yaml.ts";
import { applyCounts, isCountTable, isNameList, selectLayers } from "./layer-counts.ts";
import type { Parts } from "./parts.ts";
import type { Report } from "./report.ts";
import type { LayerSource } from "./types.ts";
import type { Evaluate, VariableValues } from "./values.ts";
import { readingProblem } from "./workload.ts";

/** The layers of all files, as often as a table of counts says. */
export function* readingLayers(
  parts: Parts,
  evaluate: Evaluate,
  variables: VariableValues,
  report: Report,
): Generator<void, LayerSource[]> {
  const problems = parts.all("problem", "layers").filter(({ value }) => !isNull(value));
  let layers: LayerSource[] = [];
  for (const { value, alone, file } of problems) {
    const fallbackName = alone ? baseName(file.uri) : null;
    layers.push(...(yield* readingProblem(value, { evaluate, variables, fallbackName, report })));
  }
  distinguish(layers);
  const roots = parts.others.map(({ root }) => root);
  layers = selectLayers(roots.filter(isNameList), layers, report);
  for (const table of roots.filter(isCountTable)) layers = applyCounts(table, layers, report);
  return layers;
}

/** Layers of one network need names of their own. */
function distinguish(layers: readonly LayerSource[]): void {
  const seen = new Map<string, number>();
  for (const layer of layers) {
    const { name } = layer.workload;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    if (times > 1) layer.workload = { ...layer.workload, name: `${name} ${times}` };
  }
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
