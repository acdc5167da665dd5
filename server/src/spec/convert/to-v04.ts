/** A design of v0.2, v0.3 or the legacy form as edits that make it one of v0.4, comments and all. */

import type { Located, SourceEdit, SourceFile } from "../../syntax/source.ts";
import { parseYaml, type YamlEntry, type YamlMap, type YamlNode } from "../../syntax/yaml.ts";
import type { AttributeValue, Specification } from "../types.ts";
import { plain, valueAt } from "../values.ts";
import { writeArchitectureV04 } from "./architecture.ts";
import { type DirectiveContext, directiveEdits, missingDirectives } from "./directives.ts";
import { problemEdits } from "./problem.ts";

export type Conversion = { edits: SourceEdit[] } | { reason: string };

interface TopLevel {
  file: SourceFile;
  entry: YamlEntry;
}

const constraintKeys = /^(constraints|arch(itecture)?_constraints|mapspace_constraints)$/;
const constraintTypes: ReadonlySet<string> = new Set(["temporal", "spatial", "datatype", "bypass", "dataspace"]);

/** Or why there is no equivalent: one sentence without its end, about the first thing in the way. */
export function convertToV04(specification: Specification, files: readonly SourceFile[]): Conversion {
  const { architecture, architectureSource: source, mappingSource, layers, constraints } = specification;
  if (source === undefined || architecture === undefined) return { reason: "there is no readable architecture" };
  const tops = files.flatMap((file): TopLevel[] => {
    const { root } = parseYaml(file);
    return root?.kind === "map" ? root.entries.map((entry) => ({ file, entry })) : [];
  });
  const top = (...keys: string[]) => tops.find(({ entry }) => keys.includes(entry.key.text));
  const place = tops.find(
    ({ entry }) => entry.value.location === source.location || sameStart(entry.value, source.location),
  );
  if (place === undefined) return { reason: "the architecture is no top-level key of its file" };
  const { file, entry } = place;
  if (/\S/.test(file.text.slice(0, entry.key.location.start).split("\n").at(-1)?.replace("\ufeff", "") ?? "")) {
    return { reason: "the file is in flow style" };
  }
  if (valueAt(entry.value, "constraints") !== undefined)
    return { reason: "there are constraints inside the architecture" };
  if (tops.some(({ entry: { key } }) => key.text === "mapspace"))
    return { reason: "the mapspace has constraints of its own form" };
  const variables = top("variables")?.entry.value;
  const written = writeArchitectureV04({
    source,
    architecture,
    variables: new Set(variables?.kind === "map" ? variables.entries.map(({ key }) => key.text) : []),
    text: file.text,
    start: entry.key.location.end,
    end: entry.value.location.end,
    containers: containerAttributes(entry.value),
  });
  if ("reason" in written) return written;
  const edits: SourceEdit[] = [];
  const { uri } = file;
  edits.push({
    location: { uri, start: entry.key.location.start, end: entry.value.location.end },
    newText: lineEnds(file, `architecture:${written.text}`),
  });
  const missing = [...written.variables].filter(([key]) => variables?.kind !== "map" || !variables.index.has(key));
  if (missing.length > 0) {
    if (variables !== undefined) return { reason: `the variables lack ${missing.map(([key]) => key).join(" and ")}` };
    const text = `variables:\n  version: 0.4\n${missing.map(([key, value]) => `  ${key}: ${value}\n`).join("")}`;
    const { start } = entry.key.location;
    edits.push({ location: { uri, start, end: start }, newText: lineEnds(file, text) });
  }

  const context: DirectiveContext = {
    fanoutOf: written.fanoutOf,
    dimensions: layers[0]?.workload.dimensions.map(({ name }) => name) ?? [],
    dataSpaces: layers[0]?.workload.dataSpaces.map(({ name }) => name) ?? [],
    complete: constraints.length > 0,
  };
  const mapping = top("mapping");
  if (mapping !== undefined && mappingSource !== undefined) {
    if (layers.length === 0) return { reason: "without a problem the orders of the loops cannot be completed" };
    const own = directiveEdits(mapping.entry.value, mappingSource.directives, context, "mapping", mapping.file.text);
    if (own === null) return { reason: "a directive of the mapping has nested attributes" };
    edits.push(...own);
    if (context.complete) {
      const levels = architecture.storage.map(({ name }) => ({ name, fanout: written.fanoutOf.get(name) }));
      const more = missingDirectives(mappingSource, levels.reverse(), context);
      const added = more.length === 0 ? null : appendItems(mapping, more);
      if (more.length > 0 && added === null) return { reason: "the mapping is in flow style" };
      if (added !== null) edits.push(added);
    }
  }
  for (const constraint of tops.filter(({ entry: { key } }) => constraintKeys.test(key.text))) {
    const converted = constraintEdits(constraint, specification, context);
    if ("reason" in converted) return converted;
    edits.push(...converted.edits);
  }
  const problem = top("problem");
  if (problem !== undefined) edits.push(...problemEdits(problem.entry.value, problem.file));
  return { edits };
}

function sameStart({ location }: YamlNode, { uri, start }: { uri: string; start: number }): boolean {
  return location.uri === uri && location.start === start;
}

function lineEnds({ text }: SourceFile, written: string): string {
  return text.includes("\r\n") ? written.replaceAll("\n", "\r\n") : written;
}

/** Attributes of the containers, outermost first: the outermost of a name counts. */
function containerAttributes(root: YamlNode): Map<string, Located<AttributeValue>> {
  const found = new Map<string, Located<AttributeValue>>();
  for (let node: YamlNode | undefined = root; node !== undefined; ) {
    const attributes = valueAt(node, "attributes");
    for (const { key, value } of attributes?.kind === "map" ? attributes.entries : []) {
      if (!found.has(key.text)) found.set(key.text, { value: plain(value), location: value.location });
    }
    const inner: YamlNode | undefined = valueAt(node, "subtree");
    node = inner?.kind === "sequence" ? inner.items[0] : undefined;
  }
  return found;
}

/** After the last item of a block list. */
function appendItems({ file, entry: { value } }: TopLevel, items: readonly string[]): SourceEdit | null {
  if (value.kind !== "sequence" || value.items.length === 0 || file.text[value.location.start] === "[") return null;
  const column = value.location.start - (file.text.lastIndexOf("\n", value.location.start - 1) + 1);
  const newline = file.text.indexOf("\n", Math.max(0, value.location.end - 1));
  const at = newline < 0 ? file.text.length : newline;
  const end = file.text[at - 1] === "\r" ? at - 1 : at;
  const newText = lineEnds(file, items.map((item) => `\n${" ".repeat(column)}- ${item}`).join(""));
  return { location: { uri: file.uri, start: end, end }, newText };
}

function constraintEdits(
  { file, entry }: TopLevel,
  specification: Specification,
  context: DirectiveContext,
): Conversion {
  const { key, value } = entry;
  if (value.kind !== "map") return { reason: `the constraints of ${key.text} do not stand under “targets:”` };
  const list = value.index.get("targets") ?? value.index.get("constraints");
  if (list === undefined || list.value.kind !== "sequence") return { reason: `${key.text} has no list “targets”` };
  const other = specification.constraints.find(({ type }) => type !== null && !constraintTypes.has(type.value));
  if (other?.type) return { reason: `v0.4 has no constraint of type ${other.type.value}` };
  const own = directiveEdits(list.value, specification.constraints, context, "constraint", file.text);
  if (own === null) return { reason: "constraints are nested in those of a component" };
  const { root } = parseYaml(file);
  const alone = (root as YamlMap).entries.filter((top) => constraintKeys.test(top.key.text)).length === 1;
  const edits = [...own];
  if (!alone) return { reason: "one file has two lists of constraints; v0.4 knows one" };
  if (key.text !== "constraints") edits.push({ location: key.location, newText: "constraints" });
  if (list.key.text !== "targets") edits.push({ location: list.key.location, newText: "targets" });
  return { edits };
}
