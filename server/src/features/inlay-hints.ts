/** Inlay hints on mapping lines: tiles against capacity, what a factor 0 stands for, which end of a permutation is inner. */

import { type InlayHint, InlayHintKind, type Range } from "vscode-languageserver-types";
import type { DirectiveSource } from "../spec/types.ts";
import { lineIndex } from "../syntax/position.ts";
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
  const [only] = snapshot.analysis.layers;
  if (snapshot.analysis.layers.length !== 1 || only.lowered === undefined) return hints;
  const { workload } = only.layer;

  if (settings.zeroFactors) {
    const bounds = new Map(workload.dimensions.map(({ name, bound }) => [name, bound]));
    for (const factor of directives.flatMap((directive) => directive.factors)) {
      const bound = bounds.get(factor.dimension.value);
      if (factor.end.value === 0 && bound !== undefined) {
        add(
          factor.location.end,
          `= ${bound}`,
          `Factor 0 stands for the whole bound of ${factor.dimension.value}, ${formatCount(bound)}.`,
        );
      }
    }
  }
  const { architecture } = snapshot.specification;
  const evaluation = only.outcome?.evaluation;
  if (!settings.tiles || evaluation === undefined || architecture === undefined) return hints;
  only.lowered.places.forEach((place, level) => {
    const directive = [place.temporal, ...place.dataTypes, place.spatial].find((d) => d !== undefined && here(d));
    const result = evaluation.levels[level];
    if (directive === undefined || result === undefined) return;
    const kept = result.dataSpaces.flatMap((space, d) =>
      space.kept ? [{ space, name: workload.dataSpaces[d].name }] : [],
    );
    if (kept.length === 0) return;
    const { capacityWords, multipleBuffering, name } = architecture.storage[level];
    const capacity = capacityWords === null ? null : Math.floor(capacityWords / multipleBuffering);
    const words = kept.reduce((sum, { space }) => sum + space.tileWords, 0);
    const parts = kept.map(({ space, name: dataSpace }) => `${dataSpace} ${formatCount(space.tileWords)}`).join(" + ");
    const share = capacity === null ? "" : ` of ${formatCount(capacity)} words, ${formatPercent(words / capacity)}`;
    add(
      placeOfTiles(file.text, directive),
      `${parts}${kept.length > 1 ? ` = ${formatCount(words)}` : ""}${share}`,
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

/** After the target of a directive that spans lines, where it is read with the level's name; else at the line's end. */
function placeOfTiles(text: string, { location, target }: DirectiveSource): number {
  const written = text.slice(location.start, location.end).trimEnd();
  if (target !== null && written.includes("\n")) return target.location.end;
  const newline = text.indexOf("\n", location.start + written.length);
  const lineEnd = newline < 0 ? text.length : newline;
  return text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
}
