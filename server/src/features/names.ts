/** Where components, dimensions and data spaces are named in the files of a design. */

import { componentNameOf } from "../spec/tables.ts";
import type { ConstraintSource, DirectiveSource, LayerSource } from "../spec/types.ts";
import type { Located, Location } from "../syntax/source.ts";
import { finish } from "../syntax/steps.ts";
import { child, parseYaml, type YamlNode, type YamlScalar } from "../syntax/yaml.ts";
import type { Snapshot } from "../workspace/store.ts";
import type { FeatureContext } from "./context.ts";

export type NameKind = "component" | "dimension" | "data space";

export interface Occurrence {
  kind: NameKind;
  name: string;
  role: "definition" | "reference";
  location: Location;
}

const known = new WeakMap<Snapshot, Occurrence[]>();

/** Every occurrence in the design, computed once per snapshot; no place is listed twice. */
export function occurrences(snapshot: Snapshot): Occurrence[] {
  return finish(collectingOccurrences(snapshot));
}

/** The same in steps. */
export function* collectingOccurrences(snapshot: Snapshot): Generator<void, Occurrence[]> {
  let found = known.get(snapshot);
  if (found === undefined) {
    found = yield* collect(snapshot);
    known.set(snapshot, found);
  }
  return found;
}

/** The name under an offset, its end included. */
export function occurrenceAt(context: FeatureContext, offset: number): Occurrence | undefined {
  const { uri } = context.file;
  const here = occurrences(context.snapshot).filter(
    ({ location }) => location.uri === uri && location.start <= offset && offset <= location.end,
  );
  // Between two letters of a permutation string both touch the cursor: the one that begins here is meant.
  return here.find(({ location }) => offset < location.end) ?? here[0];
}

export function sameName(snapshot: Snapshot, { kind, name }: Occurrence): Occurrence[] {
  return occurrences(snapshot).filter((other) => other.kind === kind && other.name === name);
}

function* collect({ specification, files, included }: Snapshot): Generator<void, Occurrence[]> {
  const found: Occurrence[] = [];
  const taken = new Map<string, Set<number>>();
  const texts: Texts = new Map([...included, ...files].map(({ uri, text }) => [uri, text]));
  const add = (kind: NameKind, name: string, role: Occurrence["role"], place: Location | undefined) => {
    const location = place && spelledAt(texts, place, name);
    if (location === undefined) return;
    let starts = taken.get(location.uri);
    if (starts === undefined) {
      starts = new Set();
      taken.set(location.uri, starts);
    }
    if (starts.has(location.start)) return;
    starts.add(location.start);
    found.push({ kind, name, role, location });
  };
  const references = (kind: NameKind, names: readonly Located<string>[]) => {
    for (const { value, location } of names) add(kind, value, "reference", location);
  };

  for (const component of specification.architectureSource?.components ?? []) {
    const { value, location } = component.name;
    // `name[0..7]`: the range is no part of the name. A generated level has no name of its own in the file.
    if (!component.generated) add("component", value, "definition", nameWithin(texts, location, value));
  }
  let shape: LayerSource | undefined;
  for (const layer of specification.layers) {
    // Layers of one shape share its places.
    if (layer.dimensionLocations !== shape?.dimensionLocations) {
      shape = layer;
      for (const [name, location] of layer.dimensionLocations) add("dimension", name, "definition", location);
      for (const [name, location] of layer.dataSpaceLocations)
        add("data space", name, "definition", nameWithin(texts, location, name, true));
    }
    for (const [name, location] of layer.boundLocations)
      add("dimension", name, "reference", boundKey(texts, location, name));
    yield;
  }
  const directives: readonly (DirectiveSource | ConstraintSource)[] = [
    ...(specification.mappingSource?.directives ?? []),
    ...specification.constraints,
  ];
  for (const directive of directives) {
    if (directive.target !== null) references("component", [directive.target]);
    references(
      "dimension",
      directive.factors.map((factor) => factor.dimension),
    );
    references(
      "dimension",
      (directive.permutation ?? []).filter(({ value }) => value !== "_" && value !== "*"),
    );
    for (const list of [
      directive.keep,
      directive.bypass,
      directive.noReuse,
      directive.noTemporalReuse,
      directive.noLinkTransfer,
      directive.noMulticastNoReduction,
      directive.rmwFirstUpdate,
      directive.noCoalesce,
    ]) {
      references("data space", list);
    }
  }
  const dimensions = new Set(specification.layers.flatMap((layer) => [...layer.dimensionLocations.keys()]));
  const dataSpaces = new Set(specification.layers.flatMap((layer) => [...layer.dataSpaceLocations.keys()]));
  for (const file of files) {
    const { root } = parseYaml(file);
    const within = (node: YamlNode | undefined, keys: readonly string[], kind: NameKind, names: Set<string>) => {
      for (const { text, location } of scalarsUnder(node, keys))
        if (names.has(text)) add(kind, text, "reference", location);
    };
    within(child(root, "problem") ?? child(root, "layers"), ["projection"], "dimension", dimensions);
    for (const { key, value } of root?.kind === "map" ? root.entries : []) {
      if (!mayHoldMacros.test(key.text)) continue;
      within(value, ["maximize_dims"], "dimension", dimensions);
      within(value, dataSpaceMacros, "data space", dataSpaces);
    }
    for (const table of ["ERT", "ART"]) {
      for (const { scalar, name } of tableNames(child(child(root, table), "tables"))) {
        add("component", name, "reference", nameWithin(texts, scalar.location, name, true));
      }
    }
  }
  const components = new Set(found.filter((o) => o.kind === "component" && o.role === "definition").map((o) => o.name));
  return found.filter((o) => o.kind !== "component" || components.has(o.name));
}

/** The texts of a design by URI. */
type Texts = ReadonlyMap<string, string>;

/**
 * The place itself where its text is the name, in quotes or not. What a file implies without writing it, such as
 * the loops of one pass of v0.4, stands where its cause does, and that is no name to rename.
 */
function spelledAt(texts: Texts, { uri, start, end }: Location, name: string): Location | undefined {
  const text = texts.get(uri)?.slice(start, end);
  if (text === undefined || text === "") return undefined;
  if (text === name) return { uri, start, end };
  const quoted = /^(["'])(.*)\1$/.exec(text);
  return quoted?.[2] === name ? { uri, start: start + 1, end: end - 1 } : undefined;
}

/** The part of a located text that spells `name`: the first one, or the last where a path leads up to it. */
function nameWithin(texts: Texts, { uri, start, end }: Location, name: string, last = false): Location | undefined {
  const text = texts.get(uri)?.slice(start, end);
  const at = text === undefined ? -1 : last ? text.lastIndexOf(name) : text.indexOf(name);
  return at < 0 ? undefined : { uri, start: start + at, end: start + at + name.length };
}

/** A bound is written `K: 64` (its place may be the entry or the number): the letter is what names the dimension. */
function boundKey(texts: Texts, location: Location, name: string): Location | undefined {
  const text = texts.get(location.uri);
  if (text === undefined) return undefined;
  if (text.startsWith(name, location.start)) return { ...location, end: location.start + name.length };
  let at = location.start;
  const back = (characters: string) => {
    while (at > 0 && characters.includes(text[at - 1])) at--;
  };
  back(" \t");
  if (text[at - 1] !== ":") return undefined;
  at--;
  back(" \t\"'");
  const start = at - name.length;
  if (!text.startsWith(name, start) || /\w/.test(text[start - 1] ?? "")) return undefined;
  return { uri: location.uri, start, end: at };
}

/** Top-level keys whose values may hold constraints of v0.4. */
const mayHoldMacros = /^(arch|architecture)$|constraints$/;
const dataSpaceMacros = ["keep_only", "bypass_only", "no_iteration_over_dataspaces", "must_iterate_over_dataspaces"];

function* scalarsUnder(node: YamlNode | undefined, keys: readonly string[], inside = false): Generator<YamlScalar> {
  if (node === undefined) return;
  if (node.kind === "scalar") {
    if (inside) yield node;
  } else if (node.kind === "sequence") {
    for (const item of node.items) yield* scalarsUnder(item, keys, inside);
  } else {
    for (const { key, value } of node.entries) {
      // The layers of a network, of which there may be thousands, hold no projections.
      if (inside || key.text !== "instance") yield* scalarsUnder(value, keys, inside || keys.includes(key.text));
    }
  }
}

function tableNames(tables: YamlNode | undefined): { scalar: YamlScalar; name: string }[] {
  const scalars: YamlScalar[] = [];
  if (tables?.kind === "sequence") {
    for (const table of tables.items) {
      const name = child(table, "name");
      if (name?.kind === "scalar") scalars.push(name);
    }
  } else if (tables?.kind === "map") scalars.push(...tables.entries.map((entry) => entry.key));
  return scalars.map((scalar) => ({ scalar, name: componentNameOf(scalar.text) }));
}
