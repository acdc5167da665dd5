/** Hover: what a level moves and why, what a factor multiplies, what a letter, key or attribute means. */

import type { Hover, Position } from "vscode-languageserver-types";
import type { FactorSource } from "../spec/types.ts";
import { keysOf, pathAt } from "../syntax/path.ts";
import { lineIndex } from "../syntax/position.ts";
import { latencyText, learnedTotal } from "../workspace/latency.ts";
import { baseName } from "../workspace/paths.ts";
import { formatCount } from "../workspace/quantities.ts";
import { rankWords } from "../workspace/tile-extents.ts";
import { type FeatureContext, hoverTable, toRange } from "./context.ts";
import { explainCompute, explainLevel } from "./explain-level.ts";
import { layerAt } from "./layer-at.ts";
import { type Occurrence, occurrenceAt } from "./names.ts";
import { attributes, describeWord, dimensionMeanings, directiveKeys } from "./vocabulary.ts";
import { topLevelKeys, wordsAt } from "./vocabulary-parts.ts";

export function hover(context: FeatureContext, position: Position): Hover | null {
  const index = lineIndex(context.file);
  const offset = index.offset(position);
  const answer = (markdown: string | null, start: number, end: number): Hover | null =>
    markdown === null ? null : { contents: { kind: "markdown", value: markdown }, range: toRange(index, start, end) };

  const factor = factorAt(context, offset);
  if (factor !== null)
    return answer(factorHover(context, factor, offset), factor.source.location.start, factor.source.location.end);
  const occurrence = occurrenceAt(context, offset);
  if (occurrence !== undefined) {
    return answer(nameHover(context, occurrence, offset), occurrence.location.start, occurrence.location.end);
  }
  const path = pathAt(context.tree, offset);
  const step = path[path.length - 1];
  if (step?.entry === undefined || !step.onKey) return null;
  const { key } = step.entry;
  const keys = keysOf(path);
  const latency = keys.length === 1 && key.text === "mapping" ? latencyHover(context) : null;
  const words = keyHover(keys, key.text);
  return answer(latency === null ? words : `${words}\n\n${latency}`, key.location.start, key.location.end);
}

/** What a latency model says, and how far both numbers may be from what would be measured. */
function latencyHover({ snapshot: { analysis } }: FeatureContext): string | null {
  const learned = learnedTotal(analysis);
  if (learned === null || analysis.latency?.model == null) return null;
  const { samples, layers } = analysis.latency.model.file;
  return [
    `Cycles: ${latencyText(learned)}.`,
    `${baseName(analysis.latency.uri)} was learned from ${formatCount(samples)} measured mappings of ${formatCount(layers)} layers. The factors are typical errors on layers it had not seen.`,
  ].join("\n\n");
}

function keyHover(keys: readonly string[], key: string): string | null {
  const name = key.replaceAll("-", "_");
  if (keys.length === 1) return topLevelKeys[name] ? describeWord(key, topLevelKeys[name]) : null;
  const path = keys.flatMap((step) => (step === "[]" ? [] : step.replaceAll("-", "_"))).slice(0, -1);
  const here = wordsAt(path, keys.includes("[]"));
  const words = /^arch(itecture)?$/.test(path[0]) ? [here, attributes, directiveKeys] : [here];
  const word = words.find((table) => table[name] !== undefined)?.[name];
  return word === undefined ? null : describeWord(key, word);
}

interface FactorAt {
  source: FactorSource;
  level: string;
  type: string;
}

function factorAt({ snapshot, file }: FeatureContext, offset: number): FactorAt | null {
  for (const directive of snapshot.specification.mappingSource?.directives ?? []) {
    for (const source of directive.factors) {
      const { uri, start, end } = source.location;
      if (uri === file.uri && start <= offset && offset < end) {
        return { source, level: directive.target?.value ?? "?", type: directive.type?.value ?? "temporal" };
      }
    }
  }
  return null;
}

/** The dimension's factors over all levels, with this one marked, and what they come to. */
function factorHover(context: FeatureContext, { source, level, type }: FactorAt, offset: number): string {
  const { snapshot } = context;
  const name = source.dimension.value;
  const workload = layerAt(context, offset)?.layer.workload;
  const bound = workload?.dimensions.find((dimension) => dimension.name === name)?.bound;
  const end = source.end.value === 0 && bound !== undefined ? bound : source.end.value;
  const where = type === "spatial" ? `instances below ${level} work on` : `times in a row ${level} goes through`;
  const lines = [
    `**${name}=${formatCount(end)}** at ${level} (${type}): ${formatCount(end)} ${where} different parts of ${name}.`,
  ];
  if (source.end.value === 0) lines.push(`The 0 stands for the whole bound of ${name}.`);
  if (source.residual !== null && source.residual.value !== source.end.value) {
    lines.push(`In the last pass of the loops outside it runs only ${formatCount(source.residual.value)} times.`);
  }
  const rows: string[][] = [];
  let product = 1;
  for (const directive of snapshot.specification.mappingSource?.directives ?? []) {
    const factor = directive.factors.find((candidate) => candidate.dimension.value === name);
    if (factor === undefined || directive.target === null) continue;
    const value = factor.end.value === 0 ? (bound ?? 1) : factor.end.value;
    product *= value;
    if (value === 1 && factor !== source) continue;
    const shown = factor === source ? `**${value}**` : String(value);
    rows.push([directive.target.value, directive.type?.value ?? "", shown]);
  }
  const moved = (workload?.dataSpaces ?? []).flatMap((space) => {
    const index = workload!.dimensions.findIndex((dimension) => dimension.name === name);
    return space.ranks.some((rank) => rank.some((term) => term.dimension === index)) ? [] : [space.name];
  });
  if (moved.length > 0) {
    lines.push(
      type === "spatial"
        ? `${moved.join(" and ")} ${moved.length === 1 ? "does" : "do"} not depend on ${name}: one transfer serves all these instances.`
        : `${moved.join(" and ")} ${moved.length === 1 ? "does" : "do"} not depend on ${name} and can stay where ${moved.length === 1 ? "it is" : "they are"} while this loop runs.`,
    );
  }
  if (rows.length > 0) lines.push(hoverTable(["level", "type", "factor"], rows, 1));
  if (bound !== undefined) {
    const several = snapshot.analysis.layers.length > 1;
    const verdict =
      product === bound
        ? "as it should be"
        : product > bound
          ? "more than the bound unless residuals make up for it"
          : "too few";
    lines.push(
      `All factors of ${name} multiply to ${formatCount(product)} of ${formatCount(bound)}${several ? ` in layer ${workload!.name}` : ""}: ${verdict}.`,
    );
  }
  return lines.join("\n\n");
}

function nameHover(context: FeatureContext, { kind, name }: Occurrence, offset: number): string | null {
  const { analysis } = context.snapshot;
  if (kind === "component")
    return explainLevel(context, name, offset) ?? explainCompute(context, name, offset) ?? `**${name}**`;
  if (kind === "data space") {
    const workload = layerAt(context, offset)?.layer.workload;
    const space = workload?.dataSpaces.find((candidate) => candidate.name === name);
    if (workload === undefined || space === undefined) return null;
    const { dimensions } = workload;
    const ranks = space.ranks.map((rank) =>
      rank
        .map(({ dimension, coefficient }) => (coefficient === 1 ? "" : `${coefficient}·`) + dimensions[dimension].name)
        .join(" + "),
    );
    const bounds = dimensions.map(({ bound }) => bound);
    const words = space.ranks.reduce((product, rank) => product * rankWords(rank, bounds), 1);
    return `**${name}**${space.readWrite ? " (read and written)" : ""}: indexed by [${ranks.join(", ")}], ${formatCount(words)} words in all.`;
  }
  const bounds = analysis.layers.flatMap(({ layer }) => {
    const dimension = layer.workload.dimensions.find((candidate) => candidate.name === name);
    return dimension === undefined ? [] : [{ layer: layer.workload.name, bound: dimension.bound }];
  });
  const meaning = dimensionMeanings[name];
  const bound =
    bounds.length === 1
      ? `bound ${formatCount(bounds[0].bound)}`
      : bounds.map((entry) => `${entry.layer}: ${formatCount(entry.bound)}`).join(", ");
  return `**${name}** — dimension${meaning ? `, by convention ${meaning}` : ""}; ${bound}.`;
}
