/** YAML text to a tree with places: what the other rooms read files with. */

import { reparsing } from "./incremental.ts";
import { type Parsed, parsing } from "./parse.ts";
import type { SourceFile } from "./source.ts";
import { finish } from "./steps.ts";
import type { YamlFile } from "./tree.ts";

export * from "./tree.ts";

const parsed = new WeakMap<SourceFile, Parsed>();
/** The version of a text that another one came from. */
const before = new WeakMap<SourceFile, SourceFile>();

/** Parses a file once: the result is kept as long as the caller keeps the `SourceFile` object. */
export function parseYaml(file: SourceFile): YamlFile {
  return finish(parsingYaml(file));
}

/** The same in steps, for callers that have other things to do in between. */
export function* parsingYaml(file: SourceFile): Generator<void, YamlFile> {
  let result = parsed.get(file);
  if (result === undefined) {
    const from = before.get(file);
    const known = from && parsed.get(from);
    result = (from && known && (yield* reparsing(from, known, file))) ?? (yield* parsing(file));
    before.delete(file);
    parsed.set(file, result);
    yield;
  }
  return result.tree;
}

/** Tells that `file` is `earlier` with a change, so that only what changed need be parsed anew. */
export function followYaml(earlier: SourceFile, file: SourceFile): void {
  const base = parsed.has(earlier) ? earlier : before.get(earlier);
  if (base !== undefined && !parsed.has(file)) before.set(file, base);
}

/** Lets `parseYaml` of this file give a tree made elsewhere: that of a rendered template. */
export function adoptYaml(file: SourceFile, tree: YamlFile): void {
  // Its text is no YAML: nothing can follow from it piecemeal.
  parsed.set(file, { tree, tokens: 0, anchored: true });
}
