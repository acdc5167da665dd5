/** What a search of this design can be asked for. */

import { lineIndex } from "../../syntax/position.ts";
import type { Location } from "../../syntax/source.ts";
import type { Analysis, LayerAnalysis } from "../../workspace/analysis.ts";
import { learnedOf } from "../../workspace/latency.ts";
import { fileName } from "../../workspace/paths.ts";
import type { Snapshot } from "../../workspace/store.ts";
import { costOf } from "./candidate-view.ts";
import { fingerprint } from "./fingerprint.ts";
import type {
  Candidate,
  Choice,
  ConstraintInForce,
  DesignOffer,
  EvaluatorOffer,
  HardwareFreedom,
  LevelPlace,
  MapspaceKind,
  Place,
  SearchOptions,
  StrategyChoice,
} from "./protocol.ts";

export interface SearchAbilities {
  strategies: readonly StrategyChoice[];
  mapspaces: readonly Choice<MapspaceKind>[];
  hardwares: readonly Choice<HardwareFreedom>[];
}

export interface SearchDefaults {
  defaults: SearchOptions;
  cosearchDefaults: SearchOptions;
}

export function designOffer(
  snapshot: Snapshot,
  abilities: SearchAbilities,
  evaluator: EvaluatorOffer,
  defaults: SearchDefaults,
): DesignOffer {
  const { design, specification, analysis } = snapshot;
  return {
    uri: design.main,
    home: specification.mappingSource?.location.uri ?? design.main,
    name: designName(design.main),
    files: fingerprints(snapshot),
    mappingUri: mappingUri(snapshot),
    counting: analysis.options.counting,
    hardware: fingerprint(analysis.conditions),
    layers: analysis.layers.map((entry, index) => ({
      index,
      name: entry.layer.workload.name || `Layer ${index + 1}`,
      count: entry.layer.count,
      macs: entry.layer.workload.dimensions.reduce((product, { bound }) => product * bound, 1),
      bounds: entry.layer.workload.dimensions.map(({ name, bound }) => `${name} ${bound}`).join(" · "),
      before: before(analysis, entry),
    })),
    ...abilities,
    constraints: constraintsInForce(snapshot),
    evaluator,
    ...defaults,
    places: levelPlaces(snapshot),
    obstacle: obstacle(snapshot, specification.architecture !== undefined),
  };
}

/** `resnet50-conv3x3` for `…/resnet50-conv3x3.map.yaml`. */
export function designName(uri: string): string {
  return fileName(uri).replace(/(\.map)?\.ya?ml$/i, "");
}

/** A result replaces the mapping only where that mapping is for one layer: others are written to files of their own. */
export function mappingUri({ specification, analysis }: Snapshot): string | null {
  return analysis.layers.length === 1 ? (specification.mappingSource?.location.uri ?? null) : null;
}

export function fingerprints({ files }: Snapshot): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file.uri, fingerprint(file.text)]));
}

/** The mapping of the files, where it has a cost. */
export function before(analysis: Analysis, entry: LayerAnalysis): Candidate | null {
  const { lowered, outcome } = entry;
  if (lowered === undefined || outcome?.evaluation === undefined) return null;
  return { mapping: lowered.mapping, cost: costOf(outcome.evaluation, learnedOf(analysis, entry)) };
}

function obstacle({ design, analysis, specification }: Snapshot, readable: boolean): string | null {
  const missing = design.missing.filter((kind) => kind !== "mapping");
  if (missing.length > 0) return `No ${missing.join(" and no ")} was found for this file.`;
  if (!readable) return "The architecture has errors; see the problems of its file.";
  if (analysis.layers.length === 0) return "The problem has errors; see the problems of its file.";
  const counting = analysis.options.counting;
  if (counting !== "exact") {
    return `Searches count accesses exactly, but “mapspace.counting” is “${counting}”. Set it to “exact” to search.`;
  }
  return specification.architecture === undefined ? "There is no architecture." : null;
}

function placeOf(snapshot: Snapshot, location: Location): Place {
  const file = snapshot.files.find(({ uri }) => uri === location.uri);
  if (file === undefined) {
    const start = { line: 0, character: 0 };
    return { uri: location.uri, start, end: start };
  }
  const index = lineIndex(file);
  return { uri: location.uri, start: index.position(location.start), end: index.position(location.end) };
}

function levelPlaces(snapshot: Snapshot): LevelPlace[] {
  const places = snapshot.analysis.layers[0]?.lowered?.places ?? [];
  return places.flatMap(({ temporal, spatial, dataTypes }, level): LevelPlace[] => {
    const parts = [
      ["temporal", temporal],
      ["spatial", spatial],
      ["keep", dataTypes.at(-1)],
    ] as const;
    return parts.flatMap(([part, directive]) =>
      directive === undefined ? [] : [{ level, part, place: placeOf(snapshot, directive.location) }],
    );
  });
}

const shownConstraints = 200;

function constraintsInForce(snapshot: Snapshot): ConstraintInForce[] {
  const { specification, files } = snapshot;
  const all = new Set([...specification.constraints, ...(specification.architectureSource?.constraints ?? [])]);
  return [...all].slice(0, shownConstraints).flatMap(({ location, target, type }): ConstraintInForce[] => {
    const file = files.find(({ uri }) => uri === location.uri);
    if (file === undefined || target === null) return [];
    const text = file.text
      .slice(location.start, location.end)
      .replace(/#.*$/gm, "")
      .replace(/\s+/g, " ")
      .replace(/^\{|\}$/g, "")
      .trim();
    const parts = [`${target.value}, ${type?.value ?? "?"}`, text.replace(/\b(target|type): *[\w"']+,? */g, "")];
    return [{ text: parts.filter(Boolean).join(": ").slice(0, 160), place: placeOf(snapshot, location) }];
  });
}
