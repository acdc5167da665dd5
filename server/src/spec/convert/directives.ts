import type { SourceEdit } from "../../syntax/source.ts";
import type { YamlMap, YamlNode } from "../../syntax/yaml.ts";
import { quotedWord } from "../formats/mapping-yaml.ts";
import { keyword } from "../keywords.ts";
import type { DirectiveSource, MappingSource } from "../types.ts";

export interface DirectiveContext {
  /** The node that has the fan-out below each storage level. */
  fanoutOf: ReadonlyMap<string, string>;
  dimensions: readonly string[];
  dataSpaces: readonly string[];
  /** Say every factor, order and data space, so that constraints beside the mapping add nothing. */
  complete: boolean;
}

/** Edits that make the directives of a mapping (or a list of constraints) those of v0.4; null: they have no such form. */
export function directiveEdits(
  list: YamlNode,
  directives: readonly DirectiveSource[],
  context: DirectiveContext,
  scope: "mapping" | "constraint",
  text: string,
): SourceEdit[] | null {
  if (list.kind !== "sequence") return [];
  const edits: SourceEdit[] = [];
  for (const item of list.items) {
    const directive = directives.find(({ location }) => location.start === item.location.start);
    if (item.kind !== "map" || directive === undefined) continue;
    const known = ["target", "name", "type"].some((key) => item.index.has(key));
    if (!known || item.index.has("attributes") || item.index.has("constraints")) return null;
    edits.push(...editsOf(item, directive, context, scope));
    if (scope === "mapping") edits.push(...ownOrder(item, directive, context, text));
  }
  return edits;
}

function editsOf(
  map: YamlMap,
  directive: DirectiveSource,
  context: DirectiveContext,
  scope: "mapping" | "constraint",
): SourceEdit[] {
  const { fanoutOf, dimensions, complete } = context;
  const spatial = directive.type?.value === "spatial";
  const edits: SourceEdit[] = [];
  for (const entry of map.entries) {
    const { key, value } = entry;
    const name = keyword(key.text);
    if (name !== key.text) edits.push({ location: key.location, newText: name });
    const text = scalarText(value);
    const target = spatial && (name === "target" || name === "name") && text !== null ? fanoutOf.get(text) : undefined;
    if (target !== undefined) edits.push({ location: value.location, newText: target });
    if (name === "type" && text !== null && /^(datatype|bypass|bypassing)$/.test(text)) {
      edits.push({ location: value.location, newText: "dataspace" });
    }
    if (scope === "constraint") {
      if (name === "factors" && text !== null)
        edits.push({ location: value.location, newText: factorList(directive, []) });
      continue;
    }
    const more = complete
      ? dimensions.filter((d) => directive.factors.every(({ dimension }) => dimension.value !== d))
      : [];
    if (name === "factors" && text !== null) {
      edits.push({ location: value.location, newText: factorList(directive, more) });
    }
    if (name === "permutation" && text !== null) {
      edits.push({ location: value.location, newText: letterList(directive, dimensions) });
    }
  }
  return edits;
}

/** The front end puts loops of one pass inside where no order is given, and `split` counts them: the order is said. */
function ownOrder(
  map: YamlMap,
  directive: DirectiveSource,
  { dimensions }: DirectiveContext,
  text: string,
): SourceEdit[] {
  if (directive.type?.value !== "spatial" || directive.split === null || directive.permutation !== null) return [];
  const { uri, start } = map.location;
  const order = `permutation: ${letterList(directive, dimensions)}`;
  const last = map.entries.at(-1);
  if (text[start] === "{" && last !== undefined) {
    const { end } = last.location;
    return [{ location: { uri, start: end, end }, newText: `, ${order}` }];
  }
  const column = start - (text.lastIndexOf("\n", start - 1) + 1);
  return [{ location: { uri, start, end: start }, newText: `${order}\n${" ".repeat(column)}` }];
}

function scalarText(node: YamlNode): string | null {
  return node.kind === "scalar" ? node.text : null;
}

/** The last of repeated factors counts. */
function factorList({ factors }: DirectiveSource, more: readonly string[]): string {
  const written = new Map(
    factors.map(({ dimension, relation, end, residual }) => [
      dimension.value,
      `${dimension.value}${relation}${end.value}${residual === null ? "" : `,${residual.value}`}`,
    ]),
  );
  const all = [...written.values(), ...more.map((name) => `${name}=1`)];
  return `[${all.map((text) => (/[,<>]/.test(text) ? JSON.stringify(text) : text)).join(", ")}]`;
}

function letterList({ permutation }: DirectiveSource, dimensions: readonly string[]): string {
  const written = [...new Set((permutation ?? []).map(({ value }) => value))].filter((name) =>
    dimensions.includes(name),
  );
  const all = [...written, ...dimensions.filter((name) => !written.includes(name))];
  return `[${all.map(quotedWord).join(", ")}]`;
}

/** What the mapping must say itself where constraints beside it would else be taken up: a whole directive each. */
export function missingDirectives(
  { directives }: MappingSource,
  levels: readonly { name: string; fanout: string | undefined }[],
  { dimensions, dataSpaces }: DirectiveContext,
): string[] {
  const has = (target: string, type: "temporal" | "spatial" | "keep") =>
    directives.some(
      (directive) =>
        directive.target?.value === target &&
        (type === "keep"
          ? directive.type?.value === "datatype" || directive.type?.value === "bypass"
          : directive.type?.value === type),
    );
  const ones = `factors: [${dimensions.map((name) => `${name}=1`).join(", ")}]`;
  const letters = `permutation: [${dimensions.map(quotedWord).join(", ")}]`;
  return levels.flatMap(({ name, fanout }) => [
    ...(has(name, "temporal") ? [] : [`{target: ${name}, type: temporal, ${ones}, ${letters}}`]),
    ...(fanout === undefined || has(name, "spatial")
      ? []
      : [`{target: ${fanout}, type: spatial, ${ones}, ${letters}, split: ${dimensions.length}}`]),
    ...(has(name, "keep") ? [] : [`{target: ${name}, type: dataspace, keep: [${dataSpaces.join(", ")}], bypass: []}`]),
  ]);
}
