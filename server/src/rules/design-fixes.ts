/** Fixes that need the whole mapping to be seen: the level that a directive may be meant for, what may be left out. */

import { fanouts, hasFanout } from "../engine/model/fanout.ts";
import type { DirectiveSource, DirectiveType, MappingSource, Specification } from "../spec/types.ts";
import type { Fix, Location, Problem, SourceEdit, SourceFile } from "../syntax/source.ts";
import type { Subject } from "./subject.ts";
import { around, type Files, removeEntry, removeItem, removeWord, setEntry } from "./text-edits.ts";

/** Levels proposed for one directive. */
const levelsProposed = 3;

interface Context {
  specification: Specification;
  files: Files;
  /** The first layer, where there is one. */
  subject: Subject | undefined;
}

type Fixes = (problem: Problem, context: Context) => Fix[];

const fixesByCode: Readonly<Record<string, Fixes>> = {
  "unknown-dimension": withoutDimension,
  "unknown-target": otherLevel,
  "missing-target": otherLevel,
  "missing-type": typeOf,
  "no-fanout": elsewhere,
  "size-given-twice": oneSize,
  "not-a-whole-number": boundOfMapping,
  "yaml-tab": spacesForTabs,
};

/** The problem with the fixes that only the whole design tells, after those it has. */
export function withDesignFixes(problem: Problem, context: Context): Problem {
  const more = Object.hasOwn(fixesByCode, problem.code) ? fixesByCode[problem.code](problem, context) : [];
  if (more.length === 0) return problem;
  const own = (problem.fixes ?? []).filter((fix) => !isRepeated(fix, problem.location, context));
  return { ...problem, fixes: [...own, ...more] };
}

/** Would the fix name a dimension a second time in one directive? */
function isRepeated({ edits }: Fix, location: Location, { specification }: Context): boolean {
  const factors = directiveAt(specification.mappingSource, location)?.factors ?? [];
  return factors.some(({ dimension }) => edits.length === 1 && dimension.value === edits[0].newText);
}

const unsafe = (title: string, edits: Fix["edits"]): Fix[] =>
  edits.length === 0 ? [] : [{ title, edits, safe: false }];

function directiveAt(mapping: MappingSource | undefined, { uri, start, end }: Location): DirectiveSource | undefined {
  return mapping?.directives.find(
    ({ location }) => location.uri === uri && location.start <= start && end <= location.end,
  );
}

/** A factor or a letter of a dimension that the problem does not have. */
function withoutDimension({ location }: Problem, { specification, files }: Context): Fix[] {
  const all = [...(specification.mappingSource?.directives ?? []), ...specification.constraints];
  const same = (other: Location) => other.uri === location.uri && other.start === location.start;
  for (const { factors, permutation } of all) {
    const factor = factors.find(({ dimension }) => same(dimension.location));
    if (factor !== undefined) {
      return unsafe(`Remove ${factor.dimension.value}=${factor.end.value}`, removeWordOrItem(files, factor.location));
    }
    const letter = permutation?.find((written) => same(written.location));
    if (letter !== undefined) return unsafe(`Remove ${letter.value}`, removeLetter(files, location));
  }
  return [];
}

function removeWordOrItem(files: Files, location: Location) {
  const inList = around(files, location).at(-1)?.index !== undefined;
  return inList ? removeItem(files, location) : removeWord(files, location);
}

function removeLetter(files: Files, location: Location) {
  const step = around(files, location).at(-1);
  if (step?.index !== undefined) return removeItem(files, location);
  // A permutation of this letter alone says nothing without it.
  const alone = step?.node.kind === "scalar" && step.node.text.trim().length === 1;
  return alone ? removeEntry(files, location) : [{ location, newText: "" }];
}

/** Levels that have no directive of this type yet: one of them is probably meant. */
function otherLevel(problem: Problem, { subject, files }: Context): Fix[] {
  const directive = subject && directiveAt(subject.mappingSource, problem.location);
  if (subject === undefined || directive === undefined || (problem.fixes ?? []).length > 0) return [];
  return freeLevels(subject, directive.type?.value).flatMap((name) =>
    unsafe(`Write “${name}”`, setEntry(files, directive.location, "target", name)),
  );
}

function freeLevels({ architecture, lowered }: Subject, type: DirectiveType | undefined): string[] {
  const fans = fanouts(architecture);
  return architecture.storage
    .filter((_, level) => {
      const place = lowered.places[level];
      if (type === "temporal") return place.temporal === undefined;
      if (type === "spatial") return place.spatial === undefined && hasFanout(fans[level]);
      return place.dataTypes.length === 0;
    })
    .map(({ name }) => name)
    .slice(0, levelsProposed);
}

/** What the keys of a directive without a type say, and what its level lacks. */
function typeOf({ location }: Problem, { subject, specification, files }: Context): Fix[] {
  const directive = directiveAt(specification.mappingSource, location);
  if (directive === undefined) return [];
  const { keep, bypass, split, target } = directive;
  const level = subject?.architecture.storage.findIndex(({ name }) => name === target?.value) ?? -1;
  const place = level < 0 ? undefined : subject?.lowered.places[level];
  const types =
    keep.length + bypass.length > 0
      ? ["datatype"]
      : split !== null
        ? ["spatial"]
        : (["temporal", "spatial"] as const).filter((type) => place === undefined || place[type] === undefined);
  return types.flatMap((type) => unsafe(`Write type: ${type}`, setEntry(files, directive.location, "type", type)));
}

/** Loops in space where nothing is spread: in time, at a level that spreads, or nowhere if they do nothing. */
function elsewhere({ location }: Problem, { subject, files }: Context): Fix[] {
  const directive = subject && directiveAt(subject.mappingSource, location);
  if (subject === undefined || directive?.type?.value !== "spatial") return [];
  if (directive.factors.every(({ end }) => end.value === 1)) {
    return unsafe("Remove this directive, which spreads nothing", removeItem(files, directive.location));
  }
  const level = subject.architecture.storage.findIndex(({ name }) => name === directive.target?.value);
  const temporal = level >= 0 && subject.lowered.places[level].temporal === undefined;
  return [
    ...(temporal ? unsafe("Write type: temporal", setEntry(files, directive.location, "type", "temporal")) : []),
    ...freeLevels(subject, "spatial").flatMap((name) =>
      unsafe(`Write “${name}”`, setEntry(files, directive.location, "target", name)),
    ),
  ];
}

/** Two sizes of one buffer: either may go. */
function oneSize({ location, related = [] }: Problem, { files }: Context): Fix[] {
  return [location, ...related.map((other) => other.location)].flatMap((place) => {
    const key = around(files, place).findLast(({ entry }) => entry !== undefined)?.entry?.key.text;
    return key === undefined ? [] : unsafe(`Remove ${key}`, removeEntry(files, place));
  });
}

/** A bound that is none: what the mapping's factors multiply to. */
function boundOfMapping({ location }: Problem, { specification, files }: Context): Fix[] {
  const steps = around(files, location);
  const top = steps[1]?.entry?.key.text;
  const name = steps.at(-1)?.entry?.key.text;
  const factors = (specification.mappingSource?.directives ?? [])
    .flatMap((directive) => directive.factors)
    .filter(({ dimension }) => dimension.value === name);
  const perfect = factors.every(({ end, residual }) => end.value > 0 && residual === null);
  if ((top !== "problem" && top !== "layers") || factors.length === 0 || !perfect) return [];
  const bound = factors.reduce((product, { end }) => product * end.value, 1);
  return unsafe(`Write ${bound}, to which the factors of ${name} multiply`, [{ location, newText: String(bound) }]);
}

const tabs = new WeakMap<SourceFile, SourceEdit[]>();

/** Two spaces for each tab that indents, in the whole file. */
function spacesForTabs({ location: { uri } }: Problem, { files }: Context): Fix[] {
  const file = files.find((candidate) => candidate.uri === uri);
  if (file === undefined) return [];
  let edits = tabs.get(file);
  if (edits === undefined) {
    edits = [...file.text.matchAll(/^[ \t]*\t[ \t]*/gm)].map(({ 0: indent, index: start }) => ({
      location: { uri, start, end: start + indent.length },
      newText: indent.replaceAll("\t", "  "),
    }));
    tabs.set(file, edits);
  }
  return unsafe("Indent with spaces", edits);
}
