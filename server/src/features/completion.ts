/** Completion: keys, component names, data spaces, dimensions with what is left of them, divisors. */

import { type CompletionItem, CompletionItemKind, InsertTextFormat, type Position } from "vscode-languageserver-types";
import { divisors } from "../engine/numeric/divisors.ts";
import { classNames } from "../spec/component-classes.ts";
import { defaultShape, namedShape, shapeNames } from "../spec/shapes.ts";
import type { DirectiveSource } from "../spec/types.ts";
import { lineIndex } from "../syntax/position.ts";
import { placeAt } from "./completion-place.ts";
import type { FeatureContext } from "./context.ts";
import { attributes, describeWord, dimensionMeanings, directiveKeys, type Word, type Words } from "./vocabulary.ts";
import { problemKeys, topLevelKeys, wordsAt } from "./vocabulary-parts.ts";

const dataSpaceLists =
  "keep|bypass|no_reuse|no_temporal_reuse|no_link_transfer|no_multicast_no_reduction|rmw_first_update|no_coalesce";
const dataSpaceKey = new RegExp(`^(?:${dataSpaceLists})$`);
const dataSpaceLine = new RegExp(`\\b(?:${dataSpaceLists})["']?\\s*:\\s*\\[?([^\\]}#]*)$`);

export function completions(context: FeatureContext, position: Position): CompletionItem[] {
  const { text } = context.file;
  const index = lineIndex(context.file);
  const offset = index.offset(position);
  const lineStart = index.lineStart(position.line);
  const before = text.slice(lineStart, offset).replace(/^\ufeff/, "");
  if (/(^|\s)#/.test(before)) return [];

  const factors = /\bfactors["']?\s*:\s*(?:["'[]\s*)?([^\]"'}#]*)$/.exec(before);
  if (factors !== null) return factorItems(context, offset, factors[1]);
  const permutation = /\bpermutation["']?\s*:\s*(?:["'[]\s*)?([^\]"'}#,]*)$/.exec(before);
  if (permutation !== null) return permutationItems(context, permutation[1]);
  if (/\btarget["']?\s*:\s*["']?\w*$/.test(before)) return componentItems(context);
  if (/\btype["']?\s*:\s*["']?\w*$/.test(before)) return valueItems(directiveKeys.type);
  const list = dataSpaceLine.exec(before);
  if (list !== null) return dataSpaceItems(context, list[1]);
  const value = /([\w-]+)["']?\s*:\s*["']?[\w:]*$/.exec(before);
  if (value !== null) {
    const key = value[1].replaceAll("-", "_");
    const { path, item } = placeAt(text, lineStart, offset);
    return valuesOf(key, wordsAt(path, item)[key]);
  }

  if (!/(^|[\s{,-])[\w-]*$/.test(before)) return [];
  if (/^[\w-]*$/.test(before)) {
    const items = keyItems(topLevelKeys, CompletionItemKind.Module, presentKeys(text));
    // A list may stand as far left as its key.
    const { path } = placeAt(text, lineStart, offset);
    return path.length === 0 && before !== "" ? items : [...levelSnippets(context, before, text, lineStart), ...items];
  }
  const { path, siblings, item } = placeAt(text, lineStart, offset);
  const section = path[0];
  const present = new Set([...siblings, ...[...before.matchAll(/([\w-]+)\s*:/g)].map((match) => match[1])]);
  if (dataSpaceKey.test(path.at(-1) ?? "")) return dataSpaceItems(context, "");
  const beginning = /^\s*-\s*[\w-]*$/.test(before) || (/^\s*$/.test(before) && !item);
  const snippets = section === "mapping" && beginning ? levelSnippets(context, before, text, lineStart) : [];
  if (section === "problem" || section === "layers") {
    if (path.length === 1) return [...boundItems(context, present), ...properties(problemKeys, present)];
    if (path.length === 2 && path[1] === "instance") {
      const { name, count } = problemKeys;
      return [...boundItems(context, present), ...(item ? properties({ name, count }, present) : [])];
    }
  }
  return [...snippets, ...properties(wordsAt(path, item), present)];
}

function properties(words: Words, present: ReadonlySet<string>): CompletionItem[] {
  return keyItems(words, CompletionItemKind.Property, present);
}

/** What may stand after a key that is no key of a directive. */
function valuesOf(key: string, here: Word | undefined): CompletionItem[] {
  const names = (list: readonly string[], kind: CompletionItemKind) => list.map((label) => ({ label, kind }));
  if (key === "class") return names(classNames, CompletionItemKind.Class);
  if (key === "shape") return names(shapeNames, CompletionItemKind.Struct);
  const word = here ?? attributes[key];
  return word === undefined ? [] : valueItems(word);
}

/** Dimensions of the problem that have no bound yet. */
function boundItems({ snapshot, file }: FeatureContext, present: ReadonlySet<string>): CompletionItem[] {
  const dimensions = new Map(
    snapshot.specification.layers.flatMap(({ workload }) =>
      workload.dimensions.map(({ name }) => [name, dimensionMeanings[name]] as const),
    ),
  );
  // A layer without all its bounds is none yet.
  const written = /\bshape["']?\s*:\s*["']?([\w-]+)/.exec(file.text)?.[1];
  const listed = /\bdimensions["']?\s*:\s*\[([^\]]*)/.exec(file.text)?.[1].match(/\w+/g);
  const unnamed = dimensions.size > 0 ? [] : (listed ?? namedShape(written ?? defaultShape.name)?.dimensions ?? []);
  for (const name of unnamed) dimensions.set(name, dimensionMeanings[name]);
  return [...dimensions]
    .filter(([name]) => !present.has(name))
    .map(([name, meaning]) => ({
      label: name,
      kind: CompletionItemKind.Variable,
      detail: meaning ?? "dimension",
      insertText: `${name}: `,
    }));
}

function presentKeys(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^\ufeff?([A-Za-z_][\w-]*)[ \t]*:/gm)].map((match) => match[1].replaceAll("-", "_")),
  );
}

function keyItems(words: Words, kind: CompletionItemKind, present: ReadonlySet<string>): CompletionItem[] {
  return Object.entries(words)
    .filter(([name]) => !present.has(name))
    .map(([name, word]) => ({
      label: name,
      kind,
      detail: word.unit ?? word.type,
      documentation: { kind: "markdown", value: describeWord(name, word) },
      insertText: `${name}: `,
    }));
}

function valueItems(word: Word): CompletionItem[] {
  return (word.values ?? []).map((value) => ({
    label: value,
    kind: CompletionItemKind.EnumMember,
    ...(word.default === value ? { detail: "default" } : {}),
  }));
}

function storageNames({ snapshot }: FeatureContext): string[] {
  return (snapshot.specification.architectureSource?.components ?? [])
    .filter((component) => component.kind === "storage")
    .map((component) => component.name.value);
}

function componentItems(context: FeatureContext): CompletionItem[] {
  const { architecture } = context.snapshot.specification;
  return storageNames(context).map((name, position) => {
    const level = architecture?.storage.find((candidate) => candidate.name === name);
    const capacity =
      level === undefined ? "" : level.capacityWords === null ? "unlimited" : `${level.capacityWords} words`;
    return {
      label: name,
      kind: CompletionItemKind.Class,
      detail: [capacity, level ? `${level.instances} instance${level.instances === 1 ? "" : "s"}` : ""]
        .filter(Boolean)
        .join(", "),
      sortText: String(position).padStart(3, "0"),
    };
  });
}

function dataSpaceItems({ snapshot }: FeatureContext, written: string): CompletionItem[] {
  const present = new Set(written.match(/\w+(?=\s*,)/g) ?? []);
  const names = new Set(
    snapshot.specification.layers.flatMap((layer) => layer.workload.dataSpaces.map(({ name }) => name)),
  );
  return [...names]
    .filter((name) => !present.has(name))
    .map((name) => ({ label: name, kind: CompletionItemKind.Variable }));
}

/** After `K=` the divisors of what is left; else the dimensions with what is left of each. */
function factorItems(context: FeatureContext, offset: number, written: string): CompletionItem[] {
  const workload = context.snapshot.specification.layers[0]?.workload;
  if (workload === undefined) return [];
  const left = new Map(
    workload.dimensions.map(({ name, bound }) => [name, { bound, rest: remaining(context, offset, name, bound) }]),
  );
  const assigned = /([A-Za-z])\s*=?\s*(\d*)$/.exec(written);
  const dimension = assigned === null ? undefined : left.get(assigned[1]);
  if (assigned !== null && dimension !== undefined && (/=\s*\d*$/.test(written) || assigned[2] !== "")) {
    const { rest } = dimension;
    if (!Number.isInteger(rest)) return [];
    return divisors(rest).map((value, position) => ({
      label: String(value),
      kind: CompletionItemKind.Value,
      detail: value === rest ? "all that is left" : `leaves ${rest / value}`,
      sortText: String(position).padStart(4, "0"),
    }));
  }
  const present = new Set([...written.matchAll(/([A-Za-z])\s*=?\s*\d+/g)].map((match) => match[1]));
  return [...left]
    .filter(([name]) => !present.has(name))
    .map(([name, { bound, rest }]) => ({
      label: name,
      kind: CompletionItemKind.Variable,
      detail: Number.isInteger(rest) ? `${rest} of ${bound} left` : `${bound}, over-used`,
      documentation: dimensionMeanings[name] ? `By convention ${dimensionMeanings[name]}.` : undefined,
      insertText: `${name}=$\{1:${Number.isInteger(rest) ? rest : 1}}`,
      insertTextFormat: InsertTextFormat.Snippet,
      sortText: `${rest === 1 ? 1 : 0}${name}`,
    }));
}

/** Bound divided by the factors of the dimension written elsewhere in the mapping. */
function remaining({ snapshot, file }: FeatureContext, offset: number, name: string, bound: number): number {
  const elsewhere = (directive: DirectiveSource) =>
    directive.factors.filter(
      ({ dimension, location }) =>
        dimension.value === name && !(location.uri === file.uri && location.start <= offset && offset <= location.end),
    );
  const factors = (snapshot.specification.mappingSource?.directives ?? []).flatMap(elsewhere);
  return factors.reduce((rest, { end }) => rest / (end.value === 0 ? bound : end.value), bound);
}

function permutationItems({ snapshot }: FeatureContext, written: string): CompletionItem[] {
  const dimensions = snapshot.specification.layers[0]?.workload.dimensions ?? [];
  const rest = dimensions.map(({ name }) => name).filter((name) => !written.includes(name));
  const items: CompletionItem[] = rest.map((name) => ({
    label: name,
    kind: CompletionItemKind.Variable,
    detail: `next outer loop${dimensionMeanings[name] ? `: ${dimensionMeanings[name]}` : ""}`,
  }));
  if (rest.length > 1) {
    items.push({
      label: rest.join(""),
      kind: CompletionItemKind.Value,
      detail: "the rest in declared order",
      sortText: "~",
    });
  }
  return items;
}

/** Whole directives for the levels the mapping does not speak about yet. */
function levelSnippets(context: FeatureContext, before: string, text: string, lineStart: number): CompletionItem[] {
  const workload = context.snapshot.specification.layers[0]?.workload;
  const section = /(?:^|\n)\ufeff?([A-Za-z_][\w-]*)[ \t]*:(?![\s\S]*\n[A-Za-z_][\w-]*[ \t]*:)/.exec(
    text.slice(0, lineStart),
  );
  if (workload === undefined || section?.[1] !== "mapping") return [];
  const directives = context.snapshot.specification.mappingSource?.directives ?? [];
  const dash = before.includes("-") ? "" : "- ";
  const ones = workload.dimensions.map(({ name }, i) => `${name}=$\{${i + 1}:1}`).join(" ");
  const order = workload.dimensions.map(({ name }) => name).join("");
  return storageNames(context).flatMap((name) =>
    (["temporal", "spatial"] as const)
      .filter(
        (type) => !directives.some((directive) => directive.target?.value === name && directive.type?.value === type),
      )
      .map((type) => ({
        label: `${name} ${type}`,
        kind: CompletionItemKind.Snippet,
        detail: `${type} loops of ${name}`,
        insertText: `${dash}{target: ${name}, type: ${type}, factors: ${ones}, permutation: ${order}}`,
        insertTextFormat: InsertTextFormat.Snippet,
        filterText: `${name} ${type}`,
      })),
  );
}
