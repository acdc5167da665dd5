/** Which files belong together: one design has an architecture, a problem and (usually) a mapping. */

import type { SourceFile } from "../syntax/source.ts";
import { best } from "./fit.ts";
import { type FileKind, kindsOf } from "./kinds.ts";
import { type ModelineEntry, readModeline } from "./modeline.ts";
import { folderDistance, resolvePath } from "./paths.ts";

/** Why a file is part of the design. */
export type FoundBy = "opened" | "modeline" | "setting" | "nearest";

export interface DesignPart {
  uri: string;
  kinds: readonly FileKind[];
  foundBy: FoundBy;
}

export interface Choice {
  kind: FileKind;
  taken: string;
  others: readonly string[];
  /** The one taken shares more names with the design than each of the others. */
  clear: boolean;
}

export interface Design {
  /** The file the question was asked about. */
  main: string;
  parts: readonly DesignPart[];
  /** Kinds an estimate needs that were not found. */
  missing: readonly FileKind[];
  /** Kinds for which several files were equally near; the one that fits best was taken. */
  ambiguous: readonly Choice[];
  /** Modeline entries that name no file known here. */
  unresolved: readonly ModelineEntry[];
  /** `layer=` of the modeline: the layer of the problem that the mapping is for. */
  layer: string | null;
}

/** `mapspace.designs`: glob-free list of files that form one design, in any order. */
export type DesignSetting = readonly string[];

const required: readonly FileKind[] = ["architecture", "problem", "mapping"];
/** Mappings name what they run on and what they compute, so they tell which of several files was meant. */
const order: readonly FileKind[] = ["mapping", "architecture", "problem"];
const optional: readonly FileKind[] = ["ERT", "ART", "constraints", "mapper", "components", "variables"];
const modelineKinds: Readonly<Record<string, FileKind>> = {
  architecture: "architecture",
  arch: "architecture",
  problem: "problem",
  mapping: "mapping",
  constraints: "constraints",
  ert: "ERT",
  art: "ART",
  mapper: "mapper",
  components: "components",
  variables: "variables",
};

/**
 * Finds the design of `main` among the files at hand, in this order: keys in the same file, files named beside it,
 * its modeline, the settings, else the candidate nearest in the folder tree; of several the one whose names fit best.
 *
 * @param candidates every file that may take part, `main` included
 * @param named files that belong to the design whatever the modeline says (the words of a command line)
 * @param kinds what a file holds; more than its text says where it is a template
 */
export function resolveDesign(
  main: string,
  candidates: readonly SourceFile[],
  settings: readonly DesignSetting[] = [],
  named: readonly string[] = [],
  kinds: (file: SourceFile) => readonly FileKind[] = kindsOf,
): Design {
  const files = new Map(candidates.map((file) => [file.uri, file]));
  const kindsByUri = new Map(candidates.map((file) => [file.uri, kinds(file)]));
  const mainFile = files.get(main);
  const parts = new Map<string, DesignPart>();
  const have = new Set<FileKind>();
  const take = (uri: string, foundBy: FoundBy) => {
    if (parts.has(uri)) return;
    const held = kindsByUri.get(uri) ?? [];
    parts.set(uri, { uri, kinds: held, foundBy });
    for (const kind of held) have.add(kind);
  };
  take(main, "opened");
  for (const uri of named) if (kindsByUri.has(uri)) take(uri, "opened");

  const unresolved: ModelineEntry[] = [];
  let layer: string | null = null;
  for (const entry of mainFile ? readModeline(mainFile) : []) {
    if (entry.key === "layer") layer = entry.value;
    else {
      const kind = modelineKinds[entry.key.toLowerCase()];
      const uri = resolvePath(main, entry.value);
      if (kind === undefined || !(kindsByUri.has(uri) || have.has(kind))) unresolved.push(entry);
      else if (!named.some((other) => kindsByUri.get(other)?.includes(kind))) take(uri, "modeline");
    }
  }

  for (const setting of settings) {
    if (setting.includes(main)) for (const uri of setting) if (kindsByUri.has(uri)) take(uri, "setting");
  }

  /** Its first line names other files than this design has: a mapping made for something else is none for this. */
  const ofAnother = (uri: string) =>
    readModeline(files.get(uri)!).some(({ key, value }) => {
      const kind = modelineKinds[key.toLowerCase()];
      const named = resolvePath(uri, value);
      return kind !== undefined && have.has(kind) && kindsByUri.has(named) && !parts.has(named);
    });

  const ambiguous: Choice[] = [];
  for (const kind of order) {
    if (have.has(kind)) continue;
    const near = nearest(main, kind, kindsByUri, have, Number.POSITIVE_INFINITY, ofAnother);
    if (near.length === 0) continue;
    const fileOf = (uri: string) => files.get(uri)!;
    const { taken, clear } = best(near.map(fileOf), [...parts.keys()].filter((uri) => files.has(uri)).map(fileOf));
    const others = near.filter((uri) => uri !== taken.uri);
    if (others.length > 0) ambiguous.push({ kind, taken: taken.uri, others, clear });
    take(taken.uri, "nearest");
  }
  // Tables and constraints are taken only from the folders of the design itself, and never guessed at.
  const homes = [
    main,
    ...[...parts.values()].filter((part) => part.kinds.includes("architecture")).map((part) => part.uri),
  ];
  for (const kind of optional) {
    for (const home of homes) {
      if (have.has(kind)) break;
      const near = nearest(home, kind, kindsByUri, have, 0, ofAnother);
      if (near.length === 1) take(near[0], "nearest");
    }
  }
  return {
    main,
    parts: [...parts.values()],
    missing: required.filter((kind) => !have.has(kind)),
    ambiguous,
    unresolved,
    layer,
  };
}

/** Files that Timeloop and Accelergy leave behind repeat the design they were made from. */
function isToolOutput(uri: string): boolean {
  return /(^|[./])(timeloop-(model|mapper|metrics)|accelergy)\.|(flattened_architecture|parsed-processed-input)[^/]*$/.test(
    uri,
  );
}

/**
 * Candidates of a kind at the least folder distance (at most `reach`), in name order. A file that repeats what the
 * design already has belongs to another design.
 */
function nearest(
  home: string,
  kind: FileKind,
  kindsOf: ReadonlyMap<string, readonly FileKind[]>,
  have: ReadonlySet<FileKind>,
  reach: number,
  ofAnother: (uri: string) => boolean,
): string[] {
  let best = reach;
  let found: string[] = [];
  for (const [uri, kinds] of kindsOf) {
    if (!kinds.includes(kind) || kinds.some((other) => have.has(other)) || isToolOutput(uri)) continue;
    const distance = folderDistance(home, uri);
    if (distance > best || ofAnother(uri)) continue;
    if (distance < best) {
      best = distance;
      found = [uri];
    } else if (distance === best) found.push(uri);
  }
  return found.sort();
}
