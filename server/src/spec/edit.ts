import type { Architecture, Loop, Mapping, MappingLevel, Workload } from "../engine/model/types.ts";
import type { SourceEdit, SourceFile } from "../syntax/source.ts";
import { parseYaml, type YamlMap, type YamlNode, type YamlSequence } from "../syntax/yaml.ts";
import { withComponentConstraints } from "./component-constraints.ts";
import { readDirectives } from "./directives.ts";
import { type DirectiveText, mappingDirectives, printMappingYaml, spatialFits } from "./formats/mapping-yaml.ts";
import { editLoops, type WantedLoops } from "./loop-edits.ts";
import { lowerMapping } from "./mapping.ts";
import { NodeEdits } from "./node-edits.ts";
import type { ArchitectureSource, DirectiveSource, LoweredMapping } from "./types.ts";

/** The design a mapping file belongs to. */
export interface EditContext {
  architecture: Architecture;
  workload: Workload;
  /** v0.4: component constraints count where the file says nothing. */
  architectureSource?: ArchitectureSource;
}

/**
 * Edits that make a mapping file say `mapping`: only the values that differ change, in the spelling, order and
 * style of the file; comments stay. Writing what the file says already gives no edit. Where the file's structure
 * defeats small edits (anchors shared between directives, say) its list of directives is written anew.
 *
 * @returns null where the mapping cannot be written at all: a dimension spread along X and Y of one level
 */
export function editMapping(file: SourceFile, mapping: Mapping, context: EditContext): SourceEdit[] | null {
  if (!spatialFits(mapping)) return null;
  const list = mappingNode(file);
  if (list === undefined) return appended(file, mapping, context);
  if (says(file, mapping, context)) return [];
  const small = list.kind === "sequence" && list.items.length > 0 ? smallEdits(file, list, mapping, context) : null;
  if (small !== null && says(applyEdits(file, small), mapping, context)) return small;
  return rewrittenList(file, list, mapping, context);
}

/** The text of a file after edits, which may come in any order but do not overlap. */
export function applyEdits(file: SourceFile, edits: readonly SourceEdit[]): SourceFile {
  const isInsert = ({ location }: SourceEdit) => (location.start === location.end ? 1 : 0);
  const ordered = edits.map((edit, index) => ({ edit, index }));
  ordered.sort(
    ({ edit: a, index: i }, { edit: b, index: j }) =>
      b.location.start - a.location.start || isInsert(a) - isInsert(b) || j - i,
  );
  let { text } = file;
  for (const { edit } of ordered) {
    text = text.slice(0, edit.location.start) + edit.newText + text.slice(edit.location.end);
  }
  return { uri: file.uri, text };
}

function mappingNode(file: SourceFile): YamlNode | undefined {
  for (const document of parseYaml(file).documents) {
    const entry = document.kind === "map" ? document.index.get("mapping") : undefined;
    if (entry !== undefined) return entry.value;
  }
  return undefined;
}

const isV04 = ({ architectureSource }: EditContext) => architectureSource?.version === "0.4";

function lowered(list: YamlNode, context: EditContext): LoweredMapping {
  const version = isV04(context) ? "0.4" : "0.3";
  const { value: directives } = readDirectives(list, { scope: "mapping", version });
  const { architecture, workload, architectureSource } = context;
  return lowerMapping({ directives, location: list.location }, architecture, workload, architectureSource).value;
}

function says(file: SourceFile, mapping: Mapping, context: EditContext): boolean {
  const list = mappingNode(file);
  if (list === undefined) return false;
  const { levels } = lowered(list, context).mapping;
  return levels.every((level, i) => sameLevel(level, mapping.levels[i]));
}

const flagKeys = ["noSpatialReuse", "noTemporalReuse", "noLinkTransfer", "rmwFirstUpdate", "noCoalesce"] as const;
const real = (loops: readonly Loop[]) => loops.filter((loop) => loop.factor !== 1 || loop.residual !== 1);
const text = (loops: readonly Loop[]) =>
  real(loops)
    .map((loop) => `${loop.dimension}:${loop.factor},${loop.residual}`)
    .join(" ");

function sameLevel(a: MappingLevel, b: MappingLevel): boolean {
  return (
    (["temporal", "spatialX", "spatialY"] as const).every((part) => text(a[part]) === text(b[part])) &&
    a.keep.every((kept, i) => kept === b.keep[i]) &&
    flagKeys.every((flag) => sameFlags(a[flag], b[flag]))
  );
}

function sameFlags(a: readonly boolean[] | undefined, b: readonly boolean[] | undefined): boolean {
  const length = Math.max(a?.length ?? 0, b?.length ?? 0);
  for (let i = 0; i < length; i++) if ((a?.[i] ?? false) !== (b?.[i] ?? false)) return false;
  return true;
}

/** Edits directive by directive; null where a directive is not a map of this list. */
function smallEdits(file: SourceFile, list: YamlSequence, mapping: Mapping, context: EditContext): SourceEdit[] | null {
  const { architecture, architectureSource } = context;
  const now = lowered(list, context);
  const maps = new Map<DirectiveSource["location"], YamlMap>();
  for (const item of list.items) if (item.kind === "map") maps.set(item.location, item);
  const places = now.places.map((place) => ({ ...place, dataTypes: [...place.dataTypes] }));
  const inForce = withComponentConstraints(places, architecture, architectureSource);
  const writer = new LevelWriter(new NodeEdits(file), list, maps, context);
  for (let i = mapping.levels.length - 1; i >= 0; i--) {
    if (sameLevel(now.mapping.levels[i], mapping.levels[i])) continue;
    writer.write(i, now.mapping.levels[i], mapping.levels[i], places[i], inForce[i], mapping);
  }
  return writer.edits.edits;
}

type Places = ReturnType<typeof withComponentConstraints>[number];

/** Writes what differs at one level into its directives, or adds the ones it lacks. */
class LevelWriter {
  readonly edits: NodeEdits;
  private readonly list: YamlSequence;
  private readonly maps: ReadonlyMap<DirectiveSource["location"], YamlMap>;
  private readonly context: EditContext;

  constructor(
    edits: NodeEdits,
    list: YamlSequence,
    maps: ReadonlyMap<DirectiveSource["location"], YamlMap>,
    context: EditContext,
  ) {
    this.edits = edits;
    this.list = list;
    this.maps = maps;
    this.context = context;
  }

  write(index: number, now: MappingLevel, then: MappingLevel, own: Places, inForce: Places, mapping: Mapping): void {
    const fresh = mappingDirectives(mapping, this.context.architecture, this.context.workload, this.style());
    const name = this.context.architecture.storage[index].name;
    const freshOf = (type: DirectiveText["type"]) => fresh.find((d) => d.target === name && d.type === type);
    const temporal = own.temporal && this.maps.get(own.temporal.location);
    const spatial = own.spatial && this.maps.get(own.spatial.location);
    const dataType = own.dataTypes.map((d) => this.maps.get(d.location)).findLast((map) => map !== undefined);
    if (temporal !== undefined) {
      this.loops(temporal, inForce.temporal!, now.temporal, { loops: real(then.temporal), inX: null });
      this.flags(temporal, "no_temporal_reuse", now.noTemporalReuse, then.noTemporalReuse);
      this.flags(temporal, "rmw_first_update", now.rmwFirstUpdate, then.rmwFirstUpdate);
    } else if (
      text(now.temporal) !== text(then.temporal) ||
      !sameFlags(now.noTemporalReuse, then.noTemporalReuse) ||
      !sameFlags(now.rmwFirstUpdate, then.rmwFirstUpdate)
    ) {
      this.add(own, freshOf("temporal"));
    }
    const nowInSpace = [...now.spatialX, ...now.spatialY];
    if (spatial !== undefined) {
      const loops = [...real(then.spatialX), ...real(then.spatialY)];
      this.loops(spatial, inForce.spatial!, nowInSpace, { loops, inX: real(then.spatialX).length });
      this.flags(spatial, "no_reuse", now.noSpatialReuse, then.noSpatialReuse);
      this.flags(spatial, "no_link_transfer", now.noLinkTransfer, then.noLinkTransfer);
    } else if (
      text(now.spatialX) !== text(then.spatialX) ||
      text(now.spatialY) !== text(then.spatialY) ||
      !sameFlags(now.noSpatialReuse, then.noSpatialReuse) ||
      !sameFlags(now.noLinkTransfer, then.noLinkTransfer)
    ) {
      this.add(own, freshOf("spatial"));
    }
    if (dataType !== undefined) {
      this.keep(dataType, now.keep, then.keep);
      this.flags(dataType, "no_coalesce", now.noCoalesce, then.noCoalesce);
    } else if (now.keep.some((kept, i) => kept !== then.keep[i]) || !sameFlags(now.noCoalesce, then.noCoalesce)) {
      this.add(own, freshOf("datatype"));
    }
  }

  private style() {
    return isV04(this.context) ? ("0.4" as const) : ("0.3" as const);
  }

  private loops(map: YamlMap, inForce: DirectiveSource, current: readonly Loop[], wanted: WantedLoops): void {
    const lists = isV04(this.context) && map.index.get("factors")?.value.kind !== "scalar";
    editLoops(this.edits, { map, inForce, current, lists }, wanted, this.context.workload);
  }

  private flags(
    map: YamlMap,
    key: string,
    now: readonly boolean[] | undefined,
    then: readonly boolean[] | undefined,
  ): void {
    if (sameFlags(now, then)) return;
    const spelt = key === "no_temporal_reuse" && map.index.has("no_reuse") ? "no_reuse" : key;
    this.setNames(map, spelt, (_, i) => then?.[i] ?? false);
  }

  private keep(map: YamlMap, now: readonly boolean[], then: readonly boolean[]): void {
    if (now.every((kept, i) => kept === then[i])) return;
    const listed = (key: string) => {
      const node = map.index.get(key)?.value;
      return node?.kind === "sequence" ? node.items.map((item) => (item.kind === "scalar" ? item.text : "")) : [];
    };
    const [kept, bypassed] = [listed("keep"), listed("bypass")];
    // What leaves the bypass list is kept by default: a keep list is only added where that does not suffice.
    this.setNames(map, "keep", (name, i) =>
      now[i] === then[i] ? kept.includes(name) : then[i] && (map.index.has("keep") || !bypassed.includes(name)),
    );
    this.setNames(map, "bypass", (name, i) => (now[i] === then[i] ? bypassed.includes(name) : !then[i]));
  }

  /** Makes a list of data spaces hold the wanted ones: those it has in their order, the others behind. */
  private setNames(map: YamlMap, key: string, wanted: (name: string, index: number) => boolean): void {
    const all = this.context.workload.dataSpaces.map(({ name }) => name);
    const chosen = all.filter((name, i) => wanted(name, i));
    const entry = map.index.get(key);
    const own = entry === undefined || entry.merged ? undefined : entry;
    const items = own?.value.kind === "sequence" ? own.value.items : [];
    const listed = items.flatMap((item) => (item.kind === "scalar" ? [item.text] : []));
    const kept = listed.filter((name) => chosen.includes(name));
    const names = [...kept, ...chosen.filter((name) => !listed.includes(name))];
    if (names.join("\n") === listed.join("\n")) return;
    if (own === undefined) this.edits.addEntry(map, key, names);
    else this.edits.setValue(own, names, this.edits.isFlow(map));
  }

  /** A new directive after the last one about this level, else at the end. */
  private add(own: Places, directive: DirectiveText | undefined): void {
    if (directive === undefined) return;
    const about = [own.temporal, own.spatial, ...own.dataTypes].map((d) => d?.location);
    const position = this.list.items.findLastIndex((item) => about.includes(item.location));
    const { target, type, entries } = directive;
    const rest = entries.map(([key, value]) => `, ${key}: ${value}`).join("");
    const name = /^[A-Za-z_][\w.]*$/.test(target) ? target : JSON.stringify(target);
    this.edits.addItem(
      this.list,
      position < 0 ? this.list.items.length - 1 : position,
      `{target: ${name}, type: ${type}${rest}}`,
    );
  }
}

function appended(file: SourceFile, mapping: Mapping, context: EditContext): SourceEdit[] {
  const { text: before, uri } = file;
  const style = isV04(context) ? "0.4" : "0.3";
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  const newText = gap + printMappingYaml(mapping, context.architecture, context.workload, style);
  return [{ location: { uri, start: before.length, end: before.length }, newText: withLineEnds(newText, before) }];
}

function withLineEnds(newText: string, like: string): string {
  return like.includes("\r\n") ? newText.replaceAll("\n", "\r\n") : newText;
}

/** The whole list anew, in the place of the old one. */
function rewrittenList(file: SourceFile, list: YamlNode, mapping: Mapping, context: EditContext): SourceEdit[] {
  const { start, end } = list.location;
  const style = isV04(context) ? "0.4" : "0.3";
  const lines = printMappingYaml(mapping, context.architecture, context.workload, style).trimEnd().split("\n").slice(1);
  const lineStart = file.text.lastIndexOf("\n", start - 1) + 1;
  const ownLine = file.text.slice(lineStart, start).trim() === "";
  const indent = ownLine ? " ".repeat(start - lineStart) : "";
  const newText = (ownLine ? "" : "\n") + lines.join(`\n${indent}`);
  return [{ location: { uri: file.uri, start, end }, newText: withLineEnds(newText, file.text) }];
}
