/** Inlay hints on mapping lines: tiles against capacity, what levels cost, what a factor 0 stands for, which end of a permutation is inner. */

import { type InlayHint, InlayHintKind, type Range } from "vscode-languageserver-types";
import { fanouts } from "../engine/model/fanout.ts";
import type { Architecture } from "../engine/model/types.ts";
import { sizeAttributes } from "../rules/minimal-buffers.ts";
import { attributePlace } from "../rules/subject.ts";
import type { DirectiveSource } from "../spec/types.ts";
import { lineIndex } from "../syntax/position.ts";
import type { Location } from "../syntax/source.ts";
import { type LayerAnalysis, neededWords } from "../workspace/analysis.ts";
import { formatCount, formatPercent } from "../workspace/quantities.ts";
import { type FeatureContext, hoverTable } from "./context.ts";
import { levelCost } from "./level-costs.ts";

export interface InlayHintSettings {
  tiles: boolean;
  costs: boolean;
  zeroFactors: boolean;
  permutationDirection: boolean;
}

export function inlayHints(context: FeatureContext, range: Range, settings: InlayHintSettings): InlayHint[] {
  const { file, snapshot } = context;
  const index = lineIndex(file);
  const from = index.offset(range.start);
  const to = index.offset(range.end);
  const hints: InlayHint[] = [];
  const add = (offset: number, label: string, tooltip: string) => {
    if (offset >= from && offset <= to) {
      hints.push({
        position: index.position(offset),
        label,
        kind: InlayHintKind.Parameter,
        paddingLeft: true,
        tooltip: { kind: "markdown", value: tooltip },
      });
    }
  };
  const here = (directive: DirectiveSource) => directive.location.uri === file.uri;
  const directives = (snapshot.specification.mappingSource?.directives ?? []).filter(here);
  for (const directive of directives) {
    const { permutation, permutationLocation } = directive;
    if (
      settings.permutationDirection &&
      permutation !== null &&
      permutationLocation !== null &&
      permutation.length > 1
    ) {
      if (directive.type?.value === "spatial") continue;
      const letters = permutation.map(({ value }) => value);
      add(
        permutationLocation.end,
        `inner ${letters[0]} → ${letters[letters.length - 1]} outer`,
        `The first letter is the **innermost** loop: ${letters.join(" inside ")}.`,
      );
    }
  }
  const { layers } = snapshot.analysis;
  const { architecture, architectureSource } = snapshot.specification;
  if (settings.permutationDirection && architecture !== undefined) {
    for (const { at, label, tooltip } of spreads(architecture, layers).filter(({ at }) => at.uri === file.uri))
      add(at.end, label, tooltip);
  }
  if (settings.zeroFactors) {
    for (const factor of directives.flatMap((directive) => directive.factors)) {
      const name = factor.dimension.value;
      const bounds = layers.flatMap(({ layer }) => layer.workload.dimensions.find((d) => d.name === name)?.bound ?? []);
      if (factor.end.value !== 0 || bounds.length === 0) continue;
      const [least, most] = [Math.min(...bounds), Math.max(...bounds)];
      const whole = least === most ? formatCount(least) : `${formatCount(least)} to ${formatCount(most)}`;
      add(factor.location.end, `= ${whole}`, `Factor 0 stands for the whole bound of ${name}, ${whole}.`);
    }
  }
  if (architecture === undefined) return hints;
  architecture.storage.forEach(({ name, capacityWords }, level) => {
    const component = architectureSource?.components.find((c) => c.kind === "storage" && c.name.value === name);
    const place = attributePlace(component, sizeAttributes);
    const needed = neededWords(layers, level);
    if (!settings.tiles || capacityWords === null || needed === null || needed === 0 || place?.uri !== file.uri) return;
    const share = `${formatCount(needed)} of ${formatCount(capacityWords)} words, ${formatPercent(needed / capacityWords)}`;
    add(place.end, share, `The mapping needs ${share}, of **${name}**.`);
  });
  const places = layers.find(({ lowered }) => lowered !== undefined)?.lowered?.places ?? [];
  places.forEach((place, level) => {
    const directive = [place.temporal, ...place.dataTypes, place.spatial].find((d) => d !== undefined && here(d));
    if (directive === undefined) return;
    const at = placeOfLevel(file.text, directive);
    const tile = settings.tiles ? tileHint(architecture, layers, level) : null;
    if (tile !== null) add(at, tile.label, tile.tooltip);
    const cost = settings.costs ? levelCost(layers, level) : null;
    if (cost !== null) add(at, tile === null ? cost.label : `· ${cost.label}`, cost.tooltip);
  });
  return hints;
}

/** The largest tiles of a level, against its capacity. */
function tileHint(
  { storage }: Architecture,
  layers: readonly LayerAnalysis[],
  level: number,
): { label: string; tooltip: string } | null {
  const largest = largestTiles(layers, level);
  if (largest === undefined) return null;
  const { entry, words } = largest;
  const result = entry.outcome!.evaluation!.levels[level];
  const kept = result.dataSpaces.flatMap((space, d) =>
    space.kept ? [{ space, name: entry.layer.workload.dataSpaces[d].name }] : [],
  );
  if (kept.length === 0) return null;
  const { capacityWords, multipleBuffering, name } = storage[level];
  const capacity = capacityWords === null ? null : Math.floor(capacityWords / multipleBuffering);
  const parts = kept.map(({ space, name: dataSpace }) => `${dataSpace} ${formatCount(space.tileWords)}`).join(" + ");
  const share = capacity === null ? " words" : ` of ${formatCount(capacity)} words, ${formatPercent(words / capacity)}`;
  const which = layers.length > 1 ? ` (${entry.layer.workload.name}, the largest)` : "";
  return {
    label: kept.length === 1 ? `${parts}${share}${which}` : `${formatCount(words)}${share}${which}: ${parts}`,
    tooltip: [
      `Tile of one instance of **${name}**, in words:`,
      "",
      hoverTable(
        ["data space", "words"],
        kept.map(({ space, name: dataSpace }) => [dataSpace, formatCount(space.tileWords)]),
        1,
      ),
      "",
      `${formatCount(result.utilizedInstances)} of ${formatCount(result.instances)} instances are in use.`,
    ].join("\n"),
  };
}

interface Spread {
  at: Location;
  label: string;
  tooltip: string;
}

/** What the first layer's loops in space do along each axis of the array below a level. */
function spreads(architecture: Architecture, layers: readonly LayerAnalysis[]): Spread[] {
  const [first] = layers;
  if (first?.lowered === undefined) return [];
  const { dimensions } = first.layer.workload;
  const { mapping, places } = first.lowered;
  return fanouts(architecture).flatMap((fanout, level): Spread[] => {
    const directive = places[level].spatial;
    const at = directive?.permutationLocation ?? directive?.factorsLocation;
    if (at === null || at === undefined) return [];
    const axes = (["x", "y"] as const).flatMap((axis) => {
      const loops = mapping.levels[level][axis === "x" ? "spatialX" : "spatialY"];
      if (loops.length === 0 && fanout[axis] === 1) return [];
      const used = loops.reduce((product, { factor }) => product * factor, 1);
      const which = loops.map(({ dimension, factor }) => `${dimensions[dimension].name}=${factor}`).join(" ");
      return [`${axis.toUpperCase()} ${used} of ${fanout[axis]}${which === "" ? "" : `: ${which}`}`];
    });
    if (axes.length === 0) return [];
    const { name } = architecture.storage[level];
    const tooltip = `Instances in use along each axis below **${name}**, and the loops spread over them. The first \`split\` letters of the permutation go along X, the others along Y.`;
    return [{ at, label: axes.join(" · "), tooltip }];
  });
}

/** The layer whose tiles fill a level most. */
function largestTiles(
  layers: readonly LayerAnalysis[],
  level: number,
): { entry: LayerAnalysis; words: number } | undefined {
  let largest: { entry: LayerAnalysis; words: number } | undefined;
  for (const entry of layers) {
    const spaces = entry.outcome?.evaluation?.levels[level]?.dataSpaces;
    const words = spaces?.reduce((sum, space) => sum + (space.kept ? space.tileWords : 0), 0);
    if (words !== undefined && (largest === undefined || words > largest.words)) largest = { entry, words };
  }
  return largest;
}

/** After the target of a directive that spans lines, where it is read with the level's name; else at the line's end. */
function placeOfLevel(text: string, { location, target }: DirectiveSource): number {
  const written = text.slice(location.start, location.end).trimEnd();
  if (target !== null && written.includes("\n")) return target.location.end;
  const newline = text.indexOf("\n", location.start + written.length);
  const lineEnd = newline < 0 ? text.length : newline;
  return text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
}
