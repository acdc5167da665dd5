/** Where `search --write` puts a mapping: into what a file holds, or a new file. */

import { existsSync, writeFileSync } from "node:fs";
import { dirname, normalize, relative } from "node:path";
import type { Mapping, Workload } from "../engine/model/types.ts";
import { withoutComments } from "../spec/comments.ts";
import { applyEdits, editMapping } from "../spec/edit.ts";
import { printMappingYaml } from "../spec/formats/mapping-yaml.ts";
import { isTemplate } from "../spec/v04/template.ts";
import type { SourceFile } from "../syntax/source.ts";
import { fileKinds } from "../workspace/kinds.ts";
import { modelineEntry, readModeline, withModelineEntries } from "../workspace/modeline.ts";
import { resolvePath } from "../workspace/paths.ts";
import { readSource } from "./inputs.ts";
import type { SearchInput } from "./search-inputs.ts";
import { UsageError } from "./usage.ts";

/** A mapping as the text of another file. In another folder its modeline names every file of the design. */
function elsewhere(source: SourceFile, files: readonly SourceFile[], file: string): string {
  const from = (uri: string) => relative(dirname(file), uri).replaceAll("\\", "/");
  const named = readModeline(source).filter(({ key }) => key !== "layer");
  const edits = named.map(({ key, value, location }) => ({
    location,
    newText: modelineEntry(key, from(resolvePath(source.uri, value))),
  }));
  const text = withoutComments(applyEdits(source, edits).text, (comment) => /^#\s*mapspace/.test(comment));
  const known = new Set([source.uri, ...named.map(({ value }) => normalize(resolvePath(source.uri, value)))]);
  const others = files.filter(({ uri }) => uri !== "-" && !known.has(normalize(uri)));
  if (dirname(file) === dirname(source.uri) || others.length === 0) return text;
  const entries = others.map((other): [string, string] => [fileKinds(other.text)[0].toLowerCase(), from(other.uri)]);
  const written = { uri: file, text };
  return applyEdits(written, [withModelineEntries(written, entries)]).text;
}

/**
 * Into the mapping the file holds, so that its comments and style stay. A new file has the style of the design's mapping,
 * but not its comments, which speak about other factors; its modeline names the same files from where it stands.
 */
export function writeMapping(input: SearchInput, mapping: Mapping, workload: Workload, file: string): void {
  const { architecture, architectureSource } = input;
  const own = existsSync(file) ? readSource(file) : undefined;
  const source = own ?? input.files.find(({ text }) => fileKinds(text).includes("mapping"));
  const edits =
    source === undefined ? null : editMapping(source, mapping, { architecture, workload, architectureSource });
  const style = architectureSource?.version === "0.4" ? "0.4" : "0.3";
  const text =
    source === undefined || edits === null
      ? printMappingYaml(mapping, architecture, workload, style)
      : own !== undefined || fileKinds(source.text).length > 1
        ? applyEdits(source, edits).text
        : elsewhere(applyEdits(source, edits), input.files, file);
  writeFileSync(file, text);
}

/** A mapping goes into a design or a new file, not over something else. */
export function requireMappingOrNone(file: string | undefined): void {
  if (file === undefined || !existsSync(file)) return;
  const source = readSource(file);
  if (isTemplate(source)) throw new UsageError(`${file} is a template, which is not changed; name another file`);
  if (source.text.trim() !== "" && fileKinds(source.text).length === 0)
    throw new UsageError(`${file} holds something else than a design; name another file`);
}
