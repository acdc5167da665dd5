/** Composed `yaml` documents to the tree of `tree.ts`: aliases, merge keys and repeated keys resolved. */

import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import { maxExpandedNodes } from "./limits.ts";
import { scalarValue } from "./scalar.ts";
import type { Location, Severity, SourceFile } from "./source.ts";
import { EntryIndex, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from "./tree.ts";

export type ReportSyntax = (code: string, message: string, start: number, end: number, severity?: Severity) => void;

/** A built node with the number of nodes it has when its aliases are written out. */
interface Built {
  node: YamlNode;
  size: number;
}

interface BuiltPair {
  key: Built;
  value: Built;
}

/** Members of a collection that were built before the rest of it, see `pieces.ts`. */
interface Head {
  /** Where the collection begins. */
  start: number;
  members: readonly (Built | BuiltPair)[];
}

export class TreeBuilder {
  private readonly file: SourceFile;
  private readonly report: ReportSyntax;
  private readonly anchors = new Map<string, Built | "open">();
  /** By the offset at which the rest of the collection begins. */
  private readonly heads = new Map<number, Head>();
  private expanded = 0;
  private exhausted = false;
  /** Some node so far has an anchor or is an alias. */
  anchored = false;

  constructor(file: SourceFile, report: ReportSyntax) {
    this.file = file;
    this.report = report;
  }

  /** The root of a document; null for an empty one. */
  build(document: Document.Parsed): YamlNode | null {
    const contents = document.contents as Node | null;
    if (contents === null || (isScalar(contents) && contents.source === "" && !contents.tag)) return null;
    const { node } = this.node(contents, 0);
    this.anchors.clear();
    this.heads.clear();
    return node;
  }

  /** The members of a composed collection. */
  members(node: Node): (Built | BuiltPair)[] {
    const { start } = this.place(node.range, 0);
    if (isMap(node)) return node.items.map((pair) => this.pair(pair as never, start));
    return isSeq(node) ? node.items.map((item) => this.node(item as Node | null, start)) : [];
  }

  /** Puts members before those of the collection that is going to be composed with this offset. */
  prepend(rest: number, head: Head): void {
    this.heads.set(rest, head);
  }

  private node(node: Node | null, at: number): Built {
    if (isAlias(node)) return this.alias(node.source, node.range?.[0] ?? at, node.range?.[1] ?? at);
    const anchor = node && "anchor" in node ? node.anchor : undefined;
    if (anchor) {
      this.anchored = true;
      this.anchors.set(anchor, "open");
    }
    const built = this.plain(node, at);
    if (anchor) this.anchors.set(anchor, built);
    return built;
  }

  private plain(node: Node | null, at: number): Built {
    this.expanded++;
    if (!isMap(node) && !isSeq(node)) return { node: this.scalar(node, at), size: 1 };
    const location = this.place(node.range, at);
    const head = this.heads.get(location.start);
    // What lies inside may begin at the same place.
    this.heads.delete(location.start);
    const rest = this.members(node);
    const members = head === undefined ? rest : [...head.members, ...rest];
    if (head !== undefined) location.start = head.start;
    const tag = node.tag ?? null;
    if (isMap(node)) return this.map(members as BuiltPair[], tag, location);
    const items = (members as Built[]).map((built) => built.node);
    const size = (members as Built[]).reduce((sum, built) => sum + built.size, 1);
    return { node: { kind: "sequence", items, tag, location }, size };
  }

  private pair({ key, value }: { key: Node | null; value: Node | null }, at: number): BuiltPair {
    const built = this.node(key, at);
    return { key: built, value: this.node(value, built.node.location.end) };
  }

  private scalar(node: Node | null, at: number): YamlScalar {
    if (!isScalar(node)) return this.empty(at, at);
    const text = typeof node.value === "string" ? node.value : String(node.value ?? "");
    const quoted = node.type !== "PLAIN" && node.type !== undefined;
    const tag = node.tag ?? null;
    const asText = quoted || (tag !== null && /(^|:)(!!)?str$/.test(tag));
    const value = asText ? text : scalarValue(text);
    const block = node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
    return { kind: "scalar", text, value, quoted, block, tag, location: this.place(node.range, at) };
  }

  private map(pairs: readonly BuiltPair[], tag: string | null, location: Location): Built {
    const entries: YamlEntry[] = [];
    const keys = new Set<string>();
    const merges: { value: YamlNode; key: YamlScalar }[] = [];
    let size = 1;
    for (const { key: keyBuilt, value } of pairs) {
      size += value.size + 1;
      if (keyBuilt.node.kind !== "scalar") {
        const { start, end } = keyBuilt.node.location;
        this.report("yaml-key", "A key must be a single word or text, not a list or a map.", start, end);
        continue;
      }
      const key = keyBuilt.node;
      if (key.text === "<<" && !key.quoted) {
        merges.push({ key, value: value.node });
        continue;
      }
      if (key.text === "" && !key.quoted && key.location.start === key.location.end && isBlank(value.node)) continue;
      const entry: YamlEntry = { key, value: value.node, merged: false, location: this.span(key, value.node) };
      if (keys.has(key.text)) {
        this.report(
          "yaml-duplicate-key",
          `The key "${key.text}" is given twice in this map; Timeloop uses the first one.`,
          key.location.start,
          key.location.end,
          "warning",
        );
        continue;
      }
      entries.push(entry);
      keys.add(key.text);
    }
    for (const { key, value } of merges) size += this.merge(key, value, entries, keys);
    return { node: { kind: "map", entries, index: new EntryIndex(entries), tag, location }, size };
  }

  /** Adds what `<<` brings and the map does not say itself. Of several maps the first wins. */
  private merge(key: YamlScalar, value: YamlNode, entries: YamlEntry[], keys: Set<string>): number {
    const sources = value.kind === "sequence" ? value.items : [value];
    let added = 0;
    for (const source of sources) {
      if (source.kind !== "map") {
        if (!isBlank(source)) {
          this.report(
            "yaml-merge",
            "A merge key << takes a map or a list of maps.",
            key.location.start,
            key.location.end,
          );
        }
        continue;
      }
      for (const entry of (source as YamlMap).entries) {
        if (keys.has(entry.key.text)) continue;
        const merged = { ...entry, merged: true };
        entries.push(merged);
        keys.add(entry.key.text);
        added++;
      }
    }
    this.expanded += added;
    return added;
  }

  private alias(name: string, start: number, end: number): Built {
    this.anchored = true;
    const target = this.anchors.get(name);
    const empty: Built = { node: this.empty(start, end), size: 1 };
    if (target === undefined) {
      this.report("yaml-alias", `There is no anchor &${name} above this alias.`, start, end);
      return empty;
    }
    if (target === "open") {
      this.report("yaml-alias", `The anchor &${name} contains itself here.`, start, end);
      return empty;
    }
    this.expanded += target.size;
    if (this.expanded > maxExpandedNodes) {
      if (!this.exhausted) {
        const message = `The aliases of this file stand for more than ${maxExpandedNodes} values; from here on they are left empty.`;
        this.report("alias-expansion", message, start, end);
      }
      this.exhausted = true;
      return empty;
    }
    return target;
  }

  private empty(start: number, end: number): YamlScalar {
    const location = { uri: this.file.uri, start, end };
    return { kind: "scalar", text: "", value: null, quoted: false, block: false, tag: null, location };
  }

  private place(range: readonly [number, number, number] | null | undefined, at: number): Location {
    if (!range) return { uri: this.file.uri, start: at, end: at };
    const start = Math.min(range[0], this.file.text.length);
    let end = Math.max(start, Math.min(range[1], this.file.text.length));
    while (end > start && this.file.text.charCodeAt(end - 1) <= 32) end--;
    return { uri: this.file.uri, start, end };
  }

  private span(key: YamlScalar, value: YamlNode): Location {
    // An aliased value lives elsewhere: the entry then ends with its key.
    const end = value.location.start >= key.location.end ? value.location.end : key.location.end;
    return { uri: this.file.uri, start: key.location.start, end };
  }
}

function isBlank(node: YamlNode): boolean {
  return node.kind === "scalar" && node.text === "" && !node.quoted;
}
