import type { Located, Problem } from "../syntax/source.ts";
import { describe, isNull, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from "../syntax/yaml.ts";
import { directiveKeys, knownDirectiveKeys } from "./directive-keys.ts";
import { readFactorList, readFactorText } from "./factors.ts";
import { looksCompact } from "./formats/dosa-compact.ts";
import { keyword } from "./keywords.ts";
import { didYouMean, listed, nearestName, renameFixes } from "./nearest.ts";
import { placeInScalar } from "./text-places.ts";
import type { DirectiveSource, DirectiveType, FormatVersion, Reading } from "./types.ts";

export interface DirectiveContext {
  /** `mapping` directives fix loops; `constraint` directives bound a search. */
  scope: "mapping" | "constraint";
  /** Lists of factors and letters count in v0.4 only. */
  version: FormatVersion;
}

/**
 * Reads `mapping:` or a list of constraints (also as `{targets: […]}` or `{constraints: […]}`, nested
 * `constraints` and `attributes` included), by the rules of Timeloop's `mapping/parser.cpp` and
 * `mapping/constraints.cpp`.
 */
export function readDirectives(node: YamlNode, context: DirectiveContext): Reading<DirectiveSource[]> {
  const problems: Problem[] = [];
  const value: DirectiveSource[] = [];
  for (const item of directiveList(node, context, problems)) {
    if (item.kind !== "map") {
      if (!isNull(item)) problems.push(notADirective(item));
      continue;
    }
    const nested = keyed(item).get("constraints")?.value;
    if (context.scope === "constraint" && nested?.kind === "sequence") {
      const target = keyed(item).get("target") ?? keyed(item).get("name");
      for (const inner of nested.items) {
        if (inner.kind === "map") value.push(readDirective(inner, context, problems, { target }));
        else problems.push(notADirective(inner));
      }
    } else value.push(readDirective(item, context, problems));
  }
  return { value, problems };
}

function directiveList(node: YamlNode, context: DirectiveContext, problems: Problem[]): readonly YamlNode[] {
  if (node.kind === "sequence") return node.items;
  if (isNull(node)) return [];
  if (node.kind === "map" && context.scope === "constraint") {
    const keys = keyed(node);
    const list = keys.get("constraints") ?? keys.get("targets");
    if (list?.value.kind === "sequence") return list.value.items;
    if (list === undefined || isNull(list.value)) return [];
  }
  if (context.scope === "mapping" && node.kind === "scalar" && looksCompact(node.text)) {
    problems.push({
      code: "not-a-list",
      severity: "error",
      message:
        "This is the compact form of a mapping, and a list of directives belongs here. “mapspace convert” with this file writes that list.",
      location: node.location,
    });
    return [];
  }
  const what = context.scope === "mapping" ? "mapping" : "constraints";
  problems.push({
    code: "not-a-list",
    severity: "error",
    message: `A list of directives belongs here, found ${describe(node)}. Begin each directive of the ${what} with “- target: …”.`,
    location: node.location,
  });
  return [];
}

function notADirective(node: YamlNode): Problem {
  return {
    code: "not-a-directive",
    severity: "error",
    message: `A directive is a map like {target: DRAM, type: temporal, factors: K=4}, found ${describe(node)}.`,
    location: node.location,
  };
}

/** Entries by key as Timeloop reads it; keys inside `attributes` count as the directive's own. */
function keyed(map: YamlMap): Map<string, YamlEntry> {
  const keys = new Map<string, YamlEntry>();
  for (const entry of map.entries) keys.set(keyword(entry.key.text), entry);
  const attributes = keys.get("attributes")?.value;
  if (attributes?.kind === "map") {
    for (const [key, entry] of keyed(attributes)) if (!keys.has(key)) keys.set(key, entry);
  }
  return keys;
}

/** One directive. `given` supplies what stands elsewhere: the component of a v0.4 constraint, its kind. */
export function readDirective(
  map: YamlMap,
  context: DirectiveContext,
  problems: Problem[],
  given: { target?: YamlEntry | Located<string>; type?: Located<DirectiveType> } = {},
): DirectiveSource {
  const keys = keyed(map);
  const names = (key: string) => readNames(keys.get(key), context, problems);
  const type = given.type ?? readType(keys.get("type"), map, context, problems);
  if (type !== null) checkKeys(map, type.value, context, problems);
  const factors = keys.get("factors");
  const permutation = keys.get("permutation");
  return {
    target: readTarget(keys, map, context, given.target, problems),
    type,
    factors: factors ? readFactors(factors, context, problems) : [],
    factorsLocation: factors?.value.location ?? null,
    factorsListed: factors?.value.kind === "sequence",
    permutation: permutation ? readPermutation(permutation, context, problems) : null,
    permutationLocation: permutation?.value.location ?? null,
    split: readWhole(keys.get("split"), problems),
    keep: names("keep"),
    bypass: names("bypass"),
    noReuse: names("no_reuse"),
    noTemporalReuse: names("no_temporal_reuse"),
    noLinkTransfer: names("no_link_transfer"),
    noMulticastNoReduction: names("no_multicast_no_reduction"),
    rmwFirstUpdate: names("rmw_first_update"),
    noCoalesce: names("no_coalesce"),
    remainders: readWhole(keys.get("remainders"), problems),
    min: readNumber(keys.get("min"), problems),
    max: readNumber(keys.get("max") ?? keys.get("proportion"), problems),
    defaultMinFactor: readWhole(keys.get("default_min_factor"), problems),
    defaultMaxFactor: readWhole(keys.get("default_max_factor"), problems),
    location: map.location,
  };
}

function readTarget(
  keys: Map<string, YamlEntry>,
  map: YamlMap,
  context: DirectiveContext,
  given: YamlEntry | Located<string> | undefined,
  problems: Problem[],
): Located<string> | null {
  if (given !== undefined && "location" in given && !("key" in given)) return given;
  const entry =
    (given as YamlEntry | undefined) ??
    keys.get("target") ??
    (context.scope === "constraint" ? keys.get("name") : undefined);
  if (entry === undefined || entry.value.kind !== "scalar" || isNull(entry.value)) {
    const meant = entry === undefined ? misspelt("target", map) : undefined;
    problems.push(
      meant ?? {
        code: "missing-target",
        severity: "error",
        message: "This directive names no storage level. Add “target:” with the name of one.",
        location: entry?.location ?? map.location,
      },
    );
    return null;
  }
  return { value: entry.value.text, location: entry.value.location };
}

const allTypes: readonly DirectiveType[] = [
  "temporal",
  "spatial",
  "datatype",
  "bypass",
  "dataspace",
  "skew",
  "parallelism",
  "utilization",
  "max_overbooked_proportion",
];

function readType(
  entry: YamlEntry | undefined,
  map: YamlMap,
  context: DirectiveContext,
  problems: Problem[],
): Located<DirectiveType> | null {
  if (entry === undefined || entry.value.kind !== "scalar" || isNull(entry.value)) {
    const meant = entry === undefined ? misspelt("type", map) : undefined;
    problems.push(
      meant ?? {
        code: "missing-type",
        severity: "error",
        message: "This directive has no type. Add “type: temporal”, “type: spatial” or “type: datatype”.",
        location: entry?.location ?? map.location,
      },
    );
    return null;
  }
  const { text, location } = entry.value;
  if (context.scope === "constraint" && text === "bypassing") return { value: "bypass", location };
  const isMapping = context.scope === "mapping";
  const known = allTypes.filter((type) => (isMapping ? type === "skew" || directiveKeys[type].inMapping : true));
  if (isMapping && text === "dataspace" && context.version !== "0.4") {
    problems.push({
      code: "unknown-directive-type",
      severity: "error",
      message: "Timeloop takes “dataspace” in constraints only; in a mapping write “datatype”.",
      location,
      fixes: [{ title: "Write “datatype”", edits: [{ location, newText: "datatype" }], safe: false }],
    });
    return { value: "dataspace", location };
  }
  const type = known.find((candidate) => candidate === text);
  if (type !== undefined) return { value: type, location };
  const proposed = known.filter((name) => name !== "dataspace" || context.version === "0.4");
  problems.push({
    code: "unknown-directive-type",
    severity: "error",
    message: `“${text}” is no type of directive here; known are ${listed(proposed)}.${didYouMean(text, proposed)}`,
    location,
    fixes: renameFixes(text, proposed, location),
  });
  return null;
}

/** A key that no directive knows, where it stands for one that must be there. */
function misspelt(wanted: "target" | "type", map: YamlMap): Problem | undefined {
  const near = ({ text }: YamlScalar) =>
    !knownDirectiveKeys.has(keyword(text)) && nearestName(keyword(text), [wanted]) !== undefined;
  const key = map.entries.find((entry) => near(entry.key))?.key;
  return (
    key && {
      code: "unknown-key",
      severity: "error",
      message: `“${key.text}” is no key of a directive. Did you mean “${wanted}”?`,
      location: key.location,
      fixes: renameFixes(keyword(key.text), [wanted], key.location),
    }
  );
}

/** Keys that this type of directive does not read change nothing in Timeloop: say so. */
function checkKeys(map: YamlMap, type: DirectiveType, context: DirectiveContext, problems: Problem[]): void {
  const allowed = directiveKeys[type][context.scope];
  for (const entry of map.entries) {
    const key = keyword(entry.key.text);
    if (allowed.has(key)) continue;
    const { location } = entry.key;
    const isKnown = knownDirectiveKeys.has(key);
    const near = isKnown ? undefined : nearestName(key, [...allowed]);
    problems.push({
      code: isKnown ? "misplaced-key" : "unknown-key",
      severity: "warning",
      message: isKnown
        ? `“${entry.key.text}” means nothing in a ${type} directive of a ${context.scope} and is ignored.`
        : `“${entry.key.text}” is no key of a ${type} directive and is ignored.${near === undefined ? "" : ` Did you mean “${near}”?`}`,
      location,
      fixes: near === undefined ? [] : renameFixes(key, [near], location),
    });
  }
}

function readFactors(entry: YamlEntry, context: DirectiveContext, problems: Problem[]) {
  const node = entry.value;
  if (node.kind === "scalar") return readFactorText(node, problems);
  if (context.version === "0.4" && node.kind === "sequence") return readFactorList(node.items, problems);
  reportIgnoredList(entry, "factors", " ", "every factor of this directive is 1", problems);
  return [];
}

function readPermutation(entry: YamlEntry, context: DirectiveContext, problems: Problem[]): Located<string>[] | null {
  const node = entry.value;
  if (node.kind === "scalar") return isNull(node) ? null : permutationLetters(node, context);
  if (context.version === "0.4" && node.kind === "sequence") {
    return node.items.flatMap((item) =>
      item.kind === "scalar" ? [{ value: item.text, location: item.location }] : [],
    );
  }
  reportIgnoredList(entry, "permutation", "", "the loops follow the order of the problem's dimensions", problems);
  return null;
}

function permutationLetters(node: YamlScalar, context: DirectiveContext): Located<string>[] {
  const text = context.scope === "constraint" ? node.text.split("#", 1)[0] : node.text;
  const separators = context.version === "0.4" ? /[\s,]/ : /\s/;
  return [...text]
    .map((value, i) => ({ value, location: placeInScalar(node, i, i + 1) }))
    .filter(({ value }) => !separators.test(value));
}

function reportIgnoredList(entry: YamlEntry, key: string, glue: string, effect: string, problems: Problem[]): void {
  const node = entry.value;
  const items = node.kind === "sequence" ? node.items : [];
  const written = items.every((item) => item.kind === "scalar")
    ? items.map((item) => (item as YamlScalar).text).join(glue)
    : "";
  const inline = `${JSON.stringify(written)}`;
  problems.push({
    code: "ignored-list",
    severity: "warning",
    message: `Timeloop reads ${key} from one text and ignores ${describe(node)}: ${effect}. Write ${key}: ${written === "" ? "as text" : written}.`,
    location: node.location,
    fixes:
      written === ""
        ? []
        : [{ title: `Write ${inline}`, edits: [{ location: node.location, newText: inline }], safe: false }],
  });
}

function readNames(entry: YamlEntry | undefined, context: DirectiveContext, problems: Problem[]): Located<string>[] {
  const node = entry?.value;
  if (node === undefined) return [];
  if (node.kind === "sequence") {
    return node.items.flatMap((item) => {
      if (item.kind === "scalar" && !isNull(item)) return [{ value: item.text, location: item.location }];
      problems.push(namesExpected(item, "The name of a data space belongs here"));
      return [];
    });
  }
  if (isNull(node) && context.version === "0.4") return [];
  if (node.kind === "scalar" && context.version === "0.4") return [{ value: node.text, location: node.location }];
  const problem = namesExpected(node, `A list of data spaces belongs here, like ${entry!.key.text}: [Weights]`);
  if (node.kind === "scalar" && !isNull(node)) {
    const newText = `[${node.text}]`;
    problem.fixes = [{ title: `Write ${newText}`, edits: [{ location: node.location, newText }], safe: false }];
  }
  problems.push(problem);
  return [];
}

function namesExpected(node: YamlNode, expected: string): Problem {
  return {
    code: "expected-names",
    severity: "error",
    message: `${expected}, found ${describe(node)}.`,
    location: node.location,
  };
}

function readNumber(entry: YamlEntry | undefined, problems: Problem[]): Located<number> | null {
  const node = entry?.value;
  if (node === undefined || isNull(node)) return null;
  if (node.kind === "scalar" && typeof node.value === "number" && Number.isFinite(node.value)) {
    return { value: node.value, location: node.location };
  }
  problems.push({
    code: "expected-number",
    severity: "error",
    message: `${entry!.key.text} needs a number, found ${describe(node)}.`,
    location: node.location,
  });
  return null;
}

function readWhole(entry: YamlEntry | undefined, problems: Problem[]): Located<number> | null {
  const number = readNumber(entry, problems);
  if (number === null || (Number.isInteger(number.value) && number.value >= 0)) return number;
  problems.push({
    code: "expected-whole-number",
    severity: "error",
    message: `${entry!.key.text} needs a whole number from 0, found ${number.value}.`,
    location: number.location,
  });
  return null;
}
