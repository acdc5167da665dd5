/** What a YAML text says, with places. Aliases are resolved: an aliased node is the anchored node itself. */

import type { Location, Problem } from "./source.ts";

export type ScalarValue = string | number | boolean | null;

interface NodeBase {
  /** From the first to the last character of the value; tag and anchor are outside. */
  location: Location;
  /** `!Component`, `!!str`… as written; `null` without one. */
  tag: string | null;
}

export interface YamlScalar extends NodeBase {
  kind: "scalar";
  /** The text after unquoting and folding; `""` for an absent value. */
  text: string;
  /** The text typed as in `scalarValue`; quoted text is always a string. */
  value: ScalarValue;
  quoted: boolean;
  /** Written as a block, after `|` or `>`. */
  block: boolean;
}

export interface YamlSequence extends NodeBase {
  kind: "sequence";
  items: readonly YamlNode[];
}

export interface YamlEntry {
  key: YamlScalar;
  value: YamlNode;
  /** Key and value. */
  location: Location;
  /** Came in through a merge key `<<`. */
  merged: boolean;
}

export interface YamlMap extends NodeBase {
  kind: "map";
  /** In the order of the file; of repeated keys only the first, as Timeloop reads them. */
  entries: readonly YamlEntry[];
  /** The entries by the text of their key. */
  index: EntryIndex;
}

/**
 * Entries by the text of their key; of equal ones the first. Few entries are looked through: most maps are small, and
 * whatever stands behind an edit is made anew.
 */
export class EntryIndex {
  #byText: ReadonlyMap<string, YamlEntry> | null = null;
  readonly #entries: readonly YamlEntry[];

  constructor(entries: readonly YamlEntry[]) {
    this.#entries = entries;
  }

  get(key: string): YamlEntry | undefined {
    if (this.#entries.length <= fewEntries) {
      for (const entry of this.#entries) if (entry.key.text === key) return entry;
      return undefined;
    }
    this.#byText ??= new Map(this.#entries.toReversed().map((entry) => [entry.key.text, entry]));
    return this.#byText.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  keys(): string[] {
    return this.#entries.map((entry) => entry.key.text);
  }
}

const fewEntries = 16;

export type YamlNode = YamlScalar | YamlSequence | YamlMap;

export interface YamlFile {
  /** One root per document of the stream; empty documents are left out. */
  documents: readonly YamlNode[];
  /** The root of the first document, if there is one. */
  root: YamlNode | null;
  problems: readonly Problem[];
}

/** The value of a key, or undefined when the node is no map or lacks the key. */
export function child(node: YamlNode | null | undefined, key: string): YamlNode | undefined {
  return node?.kind === "map" ? node.index.get(key)?.value : undefined;
}

/** True for an absent value, `~` and `null`. */
export function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** A node in the words of a message: “expected a number, found a list”. */
export function describe(node: YamlNode): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "sequence") return "a list";
  if (node.value === null) return "nothing";
  return typeof node.value === "string" ? `the text ${JSON.stringify(shorten(node.text))}` : shorten(node.text);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
