import type { Loop, Workload } from "../engine/model/types.ts";
import type { YamlEntry, YamlMap, YamlScalar } from "../syntax/yaml.ts";
import type { NodeEdits } from "./node-edits.ts";
import type { DirectiveSource } from "./types.ts";

/** The loops of one directive: `inX` counts those along X, null for temporal ones. */
export interface WantedLoops {
  /** Innermost first, X before Y. */
  loops: readonly Loop[];
  inX: number | null;
}

/** Where the loops of a directive are written, and what is in force there. */
export interface LoopPlace {
  map: YamlMap;
  /** The directive as it counts, component constraints included. */
  inForce: DirectiveSource;
  /** Loops it has now. */
  current: readonly Loop[];
  lists: boolean;
}

const pattern = /([A-Za-z]+)(\s*=*\s*)(\d+)(?:,(\d+))?/g;

/** Changes factors, order and split of a directive where they differ, and nothing else. */
export function editLoops(edits: NodeEdits, place: LoopPlace, wanted: WantedLoops, workload: Workload): void {
  editFactors(edits, place, wanted.loops, workload);
  const present = wanted.loops.map((loop) => workload.dimensions[loop.dimension].name);
  const letters = orderInForce(place.inForce, workload);
  const split = place.inForce.split?.value ?? letters.length;
  if (matches(letters, split, present, wanted.inX)) return;
  const onlySplit = wanted.inX === null ? null : splitFor(letters, present, wanted.inX);
  if (onlySplit === null) {
    const order = [...present, ...letters.filter((letter) => !present.includes(letter))];
    set(edits, place.map, "permutation", place.lists ? order : order.join(""));
  }
  if (wanted.inX === null) return;
  const newSplit = onlySplit ?? wanted.inX;
  const unsaid = place.inForce.split === null && wanted.inX === present.length;
  if (!unsaid && newSplit !== split) set(edits, place.map, "split", String(newSplit));
}

/** All letters, innermost first, as the reader completes them. */
function orderInForce(directive: DirectiveSource, workload: Workload): string[] {
  const names = workload.dimensions.map(({ name }) => name);
  const written = (directive.permutation ?? []).map(({ value }) => value);
  return [...written, ...names.filter((name) => !written.includes(name))];
}

function matches(letters: readonly string[], split: number, present: readonly string[], inX: number | null): boolean {
  if (letters.filter((letter) => present.includes(letter)).join() !== present.join()) return false;
  return inX === null || letters.slice(0, split).filter((letter) => present.includes(letter)).length === inX;
}

/** A split that makes the present order right; null where the order itself is wrong. */
function splitFor(letters: readonly string[], present: readonly string[], inX: number): number | null {
  for (let split = inX; split <= letters.length; split++) if (matches(letters, split, present, inX)) return split;
  return null;
}

function set(edits: NodeEdits, map: YamlMap, key: string, value: string | readonly string[]): void {
  const entry = map.index.get(key);
  if (entry === undefined || entry.merged) edits.addEntry(map, key, value);
  else edits.setValue(entry, value, edits.isFlow(map));
}

const trips = ({ factor, residual }: Loop) => (factor === residual ? `${factor}` : `${factor},${residual}`);

function editFactors(edits: NodeEdits, place: LoopPlace, loops: readonly Loop[], workload: Workload): void {
  const changed = new Map<string, string>();
  workload.dimensions.forEach(({ name }, dimension) => {
    const now = place.current.find((loop) => loop.dimension === dimension);
    const then = loops.find((loop) => loop.dimension === dimension);
    const one = { dimension, factor: 1, residual: 1 };
    if (trips(now ?? one) !== trips(then ?? one)) changed.set(name, trips(then ?? one));
  });
  if (changed.size === 0) return;
  const entry = place.map.index.get("factors");
  const own = entry === undefined || entry.merged ? undefined : entry;
  if (own?.value.kind === "sequence" && place.lists) editFactorList(edits, place.map, own, changed);
  else if (own?.value.kind === "scalar") {
    edits.setValue(own, rewritten(own.value.text, changed), edits.isFlow(place.map));
  } else {
    // Nothing editable here: say all factors of the directive anew.
    const all = workload.dimensions.flatMap(({ name }, dimension) => {
      const loop = loops.find((candidate) => candidate.dimension === dimension);
      return loop === undefined && !changed.has(name) ? [] : [`${name}=${loop ? trips(loop) : 1}`];
    });
    set(edits, place.map, "factors", place.lists ? all : all.join(" "));
  }
}

/** The factor text with new numbers in the old spelling; dimensions it does not name are added behind. */
function rewritten(text: string, changed: ReadonlyMap<string, string>): string {
  const comment = text.indexOf("#");
  const body = comment < 0 ? text : text.slice(0, comment);
  const tail = comment < 0 ? "" : text.slice(comment);
  const seen = new Set<string>();
  let sign = "=";
  const replaced = body.replace(pattern, (whole, name: string, relation: string) => {
    if (seen.size === 0) sign = relation;
    seen.add(name);
    const value = changed.get(name);
    return value === undefined ? whole : `${name}${relation}${value}`;
  });
  const separator = /,\s*[A-Za-z]/.test(body) && !/\d\s+[A-Za-z]/.test(body) ? "," : " ";
  const added = [...changed].filter(([name]) => !seen.has(name)).map(([name, value]) => `${name}${sign}${value}`);
  if (added.length === 0) return replaced + tail;
  const trimmed = replaced.trimEnd();
  const gap = tail === "" ? "" : " ";
  return `${trimmed}${trimmed === "" ? "" : separator}${added.join(separator)}${gap}${tail}`;
}

function editFactorList(edits: NodeEdits, map: YamlMap, entry: YamlEntry, changed: ReadonlyMap<string, string>): void {
  if (entry.value.kind !== "sequence") return;
  const items = entry.value.items.filter((item): item is YamlScalar => item.kind === "scalar").map((item) => item.text);
  const named = new Set(items.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1])));
  const inPlace = new Map([...changed].filter(([name]) => named.has(name)));
  const added = [...changed].filter(([name]) => !named.has(name)).map(([name, value]) => `${name}=${value}`);
  const kept = items.map((text) => (inPlace.size === 0 ? text : rewrittenItem(text, inPlace)));
  edits.setValue(entry, [...kept, ...added], edits.isFlow(map));
}

function rewrittenItem(text: string, changed: ReadonlyMap<string, string>): string {
  return text.replace(pattern, (whole, name: string, relation: string) => {
    const value = changed.get(name);
    return value === undefined ? whole : `${name}${relation}${value}`;
  });
}
