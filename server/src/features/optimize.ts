/** Lenses and code actions that start a search. What they start is a command of the client. */

import {
  type CodeAction,
  type CodeActionContext,
  CodeActionKind,
  type CodeLens,
  type Range,
} from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import type { Location } from "../syntax/source.ts";
import { type FeatureContext, toRange } from "./context.ts";
import type { SearchOptions } from "./explorer/protocol.ts";

export const optimizeLayerCommand = "mapspace.optimizeLayer";
export const optimizeAllCommand = "mapspace.optimizeAllLayers";
export const cosearchCommand = "mapspace.cosearch";
export const createMappingCommand = "mapspace.createMapping";
export const openExplorerCommand = "mapspace.openExplorer";
export const compareCommand = "mapspace.compareWith";

interface Offer {
  title: string;
  command: string;
  arguments: unknown[];
}

/** Searches of one layer that are offered beside that of the settings. */
const variants = [
  { title: "exact, perfect factors", strategy: "exact", mapspace: "pfm" },
  { title: "exact, Ruby-S factors", strategy: "exact", mapspace: "ruby-s" },
  { title: "gradient", strategy: "gradient", mapspace: "pfm" },
  { title: "geometric programming", strategy: "gp", mapspace: "pfm" },
];

/** What a search is by the settings. */
type DefaultSearch = Pick<SearchOptions, "strategy" | "mapspace" | "evaluator">;

/** What can be searched from a place in this file; variants of it where the search of the settings is told. */
function offers(context: FeatureContext, layer: number | null, search?: DefaultSearch): Offer[] {
  const { file, snapshot } = context;
  const { analysis, specification } = snapshot;
  if (specification.architecture === undefined || analysis.layers.length === 0) return [];
  if (analysis.options.counting !== "exact") return [];
  const together = {
    title: "Co-search hardware and mappings",
    command: cosearchCommand,
    arguments: [file.uri],
  };
  if (specification.mappingSource === undefined) {
    return [
      {
        title: "Create a mapping for this architecture and problem",
        command: createMappingCommand,
        arguments: [file.uri],
      },
      together,
    ];
  }
  const several = analysis.layers.length > 1;
  const all: Offer[] = [];
  if (!several || layer !== null) {
    all.push({ title: "Optimize this layer", command: optimizeLayerCommand, arguments: [file.uri, layer ?? 0] });
    for (const { title, strategy, mapspace } of search ? variants : []) {
      if (search?.strategy === strategy && search.mapspace === mapspace) continue;
      all.push({
        title: `Optimize this layer (${title})`,
        command: optimizeLayerCommand,
        arguments: [file.uri, layer ?? 0, strategy, mapspace],
      });
    }
  }
  if (several) all.push({ title: "Optimize all layers", command: optimizeAllCommand, arguments: [file.uri] });
  all.push(together);
  all.push({ title: "Compare with…", command: compareCommand, arguments: [file.uri] });
  return all;
}

/** What lowers the cost that the estimate tells. */
export function estimateActions(context: FeatureContext): CodeAction[] {
  return offers(context, null).slice(0, 1).map(toAction);
}

function toAction({ title, command, arguments: args }: Offer): CodeAction {
  return { title, command: { title, command, arguments: args } };
}

/** Offered on the mapping and on the layers of a problem. */
export function optimizeActions(
  context: FeatureContext,
  range: Range,
  request: Pick<CodeActionContext, "only">,
  search: DefaultSearch,
): CodeAction[] {
  const kind = CodeActionKind.Refactor;
  const wanted = request.only === undefined || request.only.some((only) => only === kind || only === "");
  if (!wanted) return [];
  const { file, snapshot } = context;
  const index = lineIndex(file);
  const from = index.offset(range.start);
  const to = index.offset(range.end);
  const touches = (location: Location | undefined) =>
    location !== undefined && location.uri === file.uri && location.start <= to && location.end >= from;
  const layer = snapshot.analysis.layers.findIndex((entry) => touches(entry.layer.location));
  const mapping = snapshot.specification.mappingSource;
  const line =
    mapping === undefined ? undefined : { ...mapping.location, start: lineAbove(mapping.location, file.text) };
  if (layer < 0 && mapping !== undefined && !touches(line)) return [];
  if (layer < 0 && mapping === undefined && snapshot.specification.layers.length === 0) return [];
  return offers(context, layer < 0 ? null : layer, search).map((offer) => ({ ...toAction(offer), kind }));
}

/** The list of a mapping begins below its key. */
function lineAbove({ start }: Location, text: string): number {
  return text.lastIndexOf("mapping", start) < 0 ? start : text.lastIndexOf("mapping", start);
}

/** “Optimize…” and “Open Explorer” beside the estimate. */
export function optimizeLenses(context: FeatureContext): CodeLens[] {
  const { file, snapshot, tree } = context;
  if (tree.problems.length > 0) return [];
  const entry = tree.root?.kind === "map" ? tree.root.index.get("mapping") : undefined;
  const problem =
    tree.root?.kind === "map" ? (tree.root.index.get("problem") ?? tree.root.index.get("layers")) : undefined;
  const several = snapshot.analysis.layers.length > 1;
  const at = entry ?? (snapshot.specification.mappingSource === undefined || several ? problem : undefined);
  if (at === undefined) return [];
  const range = toRange(lineIndex(file), at.key.location.start, at.key.location.end);
  const lenses = offers(context, null)
    .filter(({ command }) => command !== compareCommand && command !== cosearchCommand)
    .map(({ title, command, arguments: args }): CodeLens => {
      const short = command === createMappingCommand ? "Create a mapping" : several ? "Optimize all…" : "Optimize…";
      return { range, command: { title: short || title, command, arguments: args } };
    });
  if (lenses.length === 0) return [];
  return [
    ...lenses,
    { range, command: { title: "Open Explorer", command: openExplorerCommand, arguments: [file.uri] } },
  ];
}
