/** Which of several equally near files a design was written for: the one that shares most names with it. */

import { readSpecification } from "../spec/specification.ts";
import type { SourceFile } from "../syntax/source.ts";
import { baseName } from "./paths.ts";

/** Names by which files of a design refer to each other. */
interface Names {
  /** Of the mapping: levels and dimensions it speaks of. */
  targets: ReadonlySet<string>;
  loops: ReadonlySet<string>;
  /** Of the architecture. */
  levels: ReadonlySet<string>;
  /** Of the problem. */
  dimensions: ReadonlySet<string>;
}

/** Larger files are not read for the sake of a choice. */
const longest = 200_000;

/**
 * The candidate that goes best with the files the design has: by the names of levels and dimensions, then by words
 * that file names share (`conv1d-2level.map.yaml`, `arch-2level.yaml`), then the first.
 */
export function best(
  candidates: readonly SourceFile[],
  design: readonly SourceFile[],
): { taken: SourceFile; clear: boolean } {
  if (candidates.length === 1) return { taken: candidates[0], clear: true };
  const words = new Set(design.flatMap(wordsOf));
  const scored = candidates.map((file) => ({
    file,
    fit: design.reduce((sum, part) => sum + agreement(namesOf(file), namesOf(part)), 0),
    shared: wordsOf(file).filter((word) => words.has(word)).length,
  }));
  const [first, second] = scored.sort((a, b) => b.fit - a.fit || b.shared - a.shared);
  return { taken: first.file, clear: first.fit > second.fit };
}

function agreement(a: Names, b: Names): number {
  return (
    overlap(a.targets, b.levels) +
    overlap(b.targets, a.levels) +
    overlap(a.loops, b.dimensions) +
    overlap(b.loops, a.dimensions)
  );
}

/** Names in both, as a share of the names in either. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((name) => b.has(name)).length;
  return common === 0 ? 0 : common / (a.size + b.size - common);
}

const wordsOf = ({ uri }: SourceFile): string[] =>
  baseName(uri)
    .toLowerCase()
    .split(/[^a-z0-9]+/);

const known = new WeakMap<SourceFile, Names>();

function namesOf(file: SourceFile): Names {
  let names = known.get(file);
  if (names === undefined) {
    names = file.text.length > longest ? readNames() : readNames(file);
    known.set(file, names);
  }
  return names;
}

function readNames(...files: SourceFile[]): Names {
  const { architecture, layers, mappingSource } = readSpecification(files);
  const directives = mappingSource?.directives ?? [];
  return {
    targets: new Set(directives.flatMap(({ target }) => target?.value ?? [])),
    loops: new Set(directives.flatMap(({ factors }) => factors.map(({ dimension }) => dimension.value))),
    levels: new Set(architecture?.storage.map(({ name }) => name)),
    dimensions: new Set(layers.flatMap(({ workload }) => workload.dimensions.map(({ name }) => name))),
  };
}
