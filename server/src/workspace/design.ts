/** Which files belong together: one design has an architecture, a problem and (usually) a mapping. */

import type { SourceFile } from "../syntax/source.ts";
import { type FileKind, fileKinds } from "./kinds.ts";
import { type ModelineEntry, readModeline } from "./modeline.ts";
import { folderDistance, resolvePath } from "./paths.ts";

/** Why a file is part of the design. */
export type FoundBy = "opened" | "modeline" | "setting" | "nearest";

export interface DesignPart {
  uri: string;
  kinds: readonly FileKind[];
  foundBy: FoundBy;
}

export interface Design {
  /** The file the question was asked about. */
  main: string;
  parts: readonly DesignPart[];
  /** Kinds an estimate needs that were not found. */
  missing: readonly FileKind[];
  /** Kinds for which several files were equally near; the first was taken. */
  ambiguous: readonly { kind: FileKind; taken: string; others: readonly string[] }[];
  /** Modeline entries that name no file known here. */
  unresolved: readonly ModelineEntry[];
  /** `layer=` of the modeline: the layer of the problem that the mapping is for. */
  layer: string | null;
}

/** `mapspace.designs`: glob-free list of files that form one design, in any order. */
export type DesignSetting = readonly string[];

/** A file that may take part; `kinds` where its text alone does not tell them (templates). */
export type Candidate = SourceFile & { kinds?: readonly FileKind[] };

const required: readonly FileKind[] = ["architecture", "problem", "mapping"];
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
 * its modeline, the settings, else the only candidate nearest in the folder tree.
 *
 * @param candidates every file that may take part, `main` included
 * @param named files that belong to the design whatever the modeline says (the words of a command line)
 */
export function resolveDesign(
  main: string,
  candidates: readonly Candidate[],
  settings: readonly DesignSetting[] = [],
  named: readonly string[] = [],
): Design {
  const kindsOf = new Map(candidates.map((file) => [file.uri, file.kinds ?? fileKinds(file.text)]));
  const mainFile = candidates.find((file) => file.uri === main);
  const parts = new Map<string, DesignPart>();
  const have = new Set<FileKind>();
  const take = (uri: string, foundBy: FoundBy) => {
    if (parts.has(uri)) return;
    const kinds = kindsOf.get(uri) ?? [];
    parts.set(uri, { uri, kinds, foundBy });
    for (const kind of kinds) have.add(kind);
  };
  take(main, "opened");
  for (const uri of named) if (kindsOf.has(uri)) take(uri, "opened");

  const unresolved: ModelineEntry[] = [];
  let layer: string | null = null;
  for (const entry of mainFile ? readModeline(mainFile) : []) {
    if (entry.key === "layer") layer = entry.value;
    else {
      const kind = modelineKinds[entry.key.toLowerCase()];
      const uri = resolvePath(main, entry.value);
      if (kind === undefined || !(kindsOf.has(uri) || have.has(kind))) unresolved.push(entry);
      else if (!named.some((other) => kindsOf.get(other)?.includes(kind))) take(uri, "modeline");
    }
  }

  for (const setting of settings) {
    if (setting.includes(main)) for (const uri of setting) if (kindsOf.has(uri)) take(uri, "setting");
  }

  const ambiguous: Design["ambiguous"][number][] = [];
  for (const kind of required) {
    if (have.has(kind)) continue;
    const near = nearest(main, kind, kindsOf, have, Number.POSITIVE_INFINITY);
    if (near.length > 1) ambiguous.push({ kind, taken: near[0], others: near.slice(1) });
    if (near.length > 0) take(near[0], "nearest");
  }
  // Tables and constraints are taken only from the folders of the design itself, and never guessed at.
  const homes = [
    main,
    ...[...parts.values()].filter((part) => part.kinds.includes("architecture")).map((part) => part.uri),
  ];
  for (const kind of optional) {
    for (const home of homes) {
      if (have.has(kind)) break;
      const near = nearest(home, kind, kindsOf, have, 0);
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
): string[] {
  let best = reach;
  let found: string[] = [];
  for (const [uri, kinds] of kindsOf) {
    if (!kinds.includes(kind) || kinds.some((other) => have.has(other)) || isToolOutput(uri)) continue;
    const distance = folderDistance(home, uri);
    if (distance < best) {
      best = distance;
      found = [uri];
    } else if (distance === best) found.push(uri);
  }
  return found.sort();
}
