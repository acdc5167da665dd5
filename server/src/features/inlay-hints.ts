/** Inlay hints on mapping lines: tiles against capacity, what a factor 0 stands for, which end of a permutation is inner. */

import { type InlayHint, InlayHintKind, type Range } from "vscode-languageserver-types";
import type { DirectiveSource } from "../spec/types.ts";
import { lineIndex } from "../syntax/position.ts";
import type { LayerAnalysis } from "../workspace/analysis.ts";
import { formatCount, formatPercent } from "../workspace/quantities.ts";
import type { FeatureContext } from "./context.ts";

export interface InlayHintSettings {
  tiles: boolean;
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
      const letters = permutation.map(({ value }) => value);
      add(
        permutationLocation.end,
        `inner ${letters[0]} → ${letters[letters.length - 1]} outer`,
        `The first letter is the **innermost** loop: ${letters.join(" inside ")}.`,
      );
    }
  }
  const { layers } = snapshot.analysis;
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
  const { architecture } = snapshot.specification;
  if (!settings.tiles || architecture === undefined) return hints;
  architecture.storage.forEach((storage, level) => {
    const largest = largestTiles(layers, level);
    const place = largest?.entry.lowered?.places[level];
    if (largest === undefined || place === undefined) return;
    const directive = [place.temporal, ...place.dataTypes, place.spatial].find((d) => d !== undefined && here(d));
    const { entry, words } = largest;
    const result = entry.outcome!.evaluation!.levels[level];
    const kept = result.dataSpaces.flatMap((space, d) =>
      space.kept ? [{ space, name: entry.layer.workload.dataSpaces[d].name }] : [],
    );
    if (directive === undefined || kept.length === 0) return;
    const { capacityWords, multipleBuffering, name } = storage;
    const capacity = capacityWords === null ? null : Math.floor(capacityWords / multipleBuffering);
    const parts = kept.map(({ space, name: dataSpace }) => `${dataSpace} ${formatCount(space.tileWords)}`).join(" + ");
    const share =
      capacity === null ? " words" : ` of ${formatCount(capacity)} words, ${formatPercent(words / capacity)}`;
    const which = layers.length > 1 ? ` (${entry.layer.workload.name}, the largest)` : "";
    add(
      placeOfTiles(file.text, directive),
      kept.length === 1 ? `${parts}${share}${which}` : `${formatCount(words)}${share}${which}: ${parts}`,
      [
        `Tile of one instance of **${name}**, in words:`,
        "",
        "| data space | words |",
        "| --- | ---: |",
        ...kept.map(({ space, name: dataSpace }) => `| ${dataSpace} | ${formatCount(space.tileWords)} |`),
        "",
        `${formatCount(result.utilizedInstances)} of ${formatCount(result.instances)} instances are in use.`,
      ].join("\n"),
    );
  });
  return hints;
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
function placeOfTiles(text: string, { location, target }: DirectiveSource): number {
  const written = text.slice(location.start, location.end).trimEnd();
  if (target !== null && written.includes("\n")) return target.location.end;
  const newline = text.indexOf("\n", location.start + written.length);
  const lineEnd = newline < 0 ? text.length : newline;
  return text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
}
