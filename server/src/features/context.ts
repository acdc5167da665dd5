/** What every feature is given, and the way from places in text to the protocol's ranges. */

import type { Position, Location as ProtocolLocation, Range } from "vscode-languageserver-types";
import { type LineIndex, lineIndex } from "../syntax/position.ts";
import type { Location, Problem, SourceFile } from "../syntax/source.ts";
import type { YamlFile } from "../syntax/yaml.ts";
import type { Snapshot } from "../workspace/store.ts";

export interface FeatureContext {
  /** The document the question is about. */
  file: SourceFile;
  tree: YamlFile;
  snapshot: Snapshot;
}

/** For the features that tell problems or cure them. */
export interface CheckedContext extends FeatureContext {
  problems: readonly Problem[];
}

export function toRange(index: LineIndex, start: number, end: number): Range {
  return { start: index.position(start), end: index.position(end) };
}

/** Range of a place in a file of the design; places in files we do not hold become the file's first character. */
export function toProtocolLocation(context: FeatureContext, location: Location): ProtocolLocation {
  const file = fileOf(context, location.uri);
  const index = file ? lineIndex(file) : null;
  const start: Position = { line: 0, character: 0 };
  return { uri: location.uri, range: index ? toRange(index, location.start, location.end) : { start, end: start } };
}

export function fileOf(context: FeatureContext, uri: string): SourceFile | undefined {
  if (uri === context.file.uri) return context.file;
  const { files, included } = context.snapshot;
  return files.find((file) => file.uri === uri) ?? included.find((file) => file.uri === uri);
}

/**
 * A Markdown table for a hover: texts left, the `numbers` columns behind them right and apart from each other, which
 * the editor's style does not do by itself.
 */
export function hoverTable(head: readonly string[], rows: readonly (readonly string[])[], numbers: number): string {
  const texts = head.length - numbers;
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i < texts ? cell : `&nbsp;&nbsp;${cell}`)).join(" | ")} |`;
  const rule = head.map((_, i) => (i < texts ? ":---" : "---:"));
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}
