/** Files beside layers that say which layers a network has and how often: lists of names and tables of counts. */

import type { YamlMap, YamlNode, YamlSequence } from "../syntax/yaml.ts";
import type { Report } from "./report.ts";
import type { LayerSource } from "./types.ts";
import { asNumber, plain, valueAt } from "./values.ts";

/** `[conv1, conv2]`, a root of nothing but names. */
export function isNameList(node: YamlNode): node is YamlSequence {
  return node.kind === "sequence" && node.items.length > 0 && node.items.every((item) => item.kind === "scalar");
}

/** A table from bounds, `R_S_P_Q_C_K_N` and strides and dilations along W and H, to a count or `{count, name}`. */
export function isCountTable(node: YamlNode): node is YamlMap {
  return (
    node.kind === "map" &&
    node.entries.length > 0 &&
    node.entries.every(({ key, value }) => /^\d+(_\d+)+$/.test(key.text) || valueAt(value, "count") !== undefined)
  );
}

/** Only the layers that a list names, in its order. A list that names none of them is about something else. */
export function selectLayers(lists: readonly YamlSequence[], layers: LayerSource[], report: Report): LayerSource[] {
  // The list of unique layers stands beside the list of all: the shorter one is meant.
  const [list] = [...lists].sort((a, b) => a.items.length - b.items.length);
  if (list === undefined || layers.length < 2) return layers;
  const byName = new Map(layers.map((layer) => [layer.workload.name, layer]));
  const names = list.items.flatMap((item) => (item.kind === "scalar" ? [item] : []));
  if (!names.some(({ text }) => byName.has(text))) return layers;
  return names.flatMap(({ text, location }) => {
    const layer = byName.get(text);
    if (layer === undefined) {
      report.warning("unknown-layer", `No file has a layer called ${text}; it is left out of the network.`, location);
      return [];
    }
    return [layer];
  });
}

/** Sets the counts of a table. Layers with the bounds of one that was counted are its repetitions and left out. */
export function applyCounts(table: YamlMap, layers: readonly LayerSource[], report: Report): LayerSource[] {
  const left = new Set(layers);
  for (const { key, value } of table.entries) {
    const count = asNumber(plain(valueAt(value, "count") ?? value), undefined);
    if (count === undefined || !Number.isSafeInteger(count) || count < 1) {
      report.error("not-a-whole-number", `The count of ${key.text} must be a whole number from 1.`, value.location);
      continue;
    }
    const nameNode = valueAt(value, "name");
    const name = nameNode?.kind === "scalar" ? nameNode.text : null;
    const same = layers.filter((layer) => boundsKey(layer) === key.text);
    const layer = layers.find(({ workload }) => workload.name === name) ?? same[0];
    if (layer === undefined) continue;
    layer.count = count;
    for (const repeated of same) {
      if (repeated === layer || !left.delete(repeated)) continue;
      const { name: repeatedName } = repeated.workload;
      const message = `${repeatedName} has the bounds of ${layer.workload.name}, which counts ${count} times; it is left out.`;
      report.information("repeated-layer", message, repeated.location);
    }
  }
  return [...left];
}

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
