import type { SourceEdit, SourceFile } from "../syntax/source.ts";
import type { YamlEntry, YamlMap, YamlNode, YamlScalar, YamlSequence } from "../syntax/yaml.ts";

/** Replaces the text of parsed nodes in their file, keeping quotes, comments, indentation and line ends. */
export class NodeEdits {
  private readonly collected: { edit: SourceEdit; rank: number }[] = [];
  private readonly file: SourceFile;
  private readonly lineEnd: string;

  constructor(file: SourceFile) {
    this.file = file;
    this.lineEnd = file.text.includes("\r\n") ? "\r\n" : "\n";
  }

  /** All edits. Of those at one place, inner ones stand first: list items, then keys, then directives. */
  get edits(): SourceEdit[] {
    return [...this.collected].sort((a, b) => a.rank - b.rank).map(({ edit }) => edit);
  }

  private push(start: number, end: number, newText: string, rank = 0): void {
    this.collected.push({ edit: { location: { uri: this.file.uri, start, end }, newText }, rank });
  }

  /** Replaces `[start, end)`, sparing what both texts have in common at their ends. */
  replace(start: number, end: number, newText: string): void {
    const { text } = this.file;
    let from = start;
    let to = end;
    let skip = 0;
    while (from < to && skip < newText.length && text[from] === newText[skip]) {
      from++;
      skip++;
    }
    let length = newText.length;
    while (to > from && length > skip && text[to - 1] === newText[length - 1]) {
      to--;
      length--;
    }
    if (from === to && skip === length) return;
    this.push(from, to, newText.slice(skip, length));
  }

  /** Gives an entry another value: scalars keep their quotes, lists their style. */
  setValue(entry: YamlEntry, value: string | readonly string[], inFlow: boolean): void {
    const { key, value: node } = entry;
    const [start, end] = this.valueRange(entry);
    if (typeof value === "string") {
      const written =
        node.kind === "scalar" && start === node.location.start
          ? this.scalar(node, value, inFlow)
          : quoted(value, inFlow);
      this.replace(start, end, start === end ? ` ${written}` : written);
    } else if (node.kind === "sequence" && start === node.location.start && !this.isFlow(node)) {
      this.setBlockList(key, node, value);
    } else {
      const list = `[${value.map((text) => quoted(text, true)).join(", ")}]`;
      this.replace(start, end, start === end ? ` ${list}` : list);
    }
  }

  /** Adds a key after the last one of a map. */
  addEntry(map: YamlMap, key: string, value: string | readonly string[]): void {
    const own = map.entries.filter((entry) => !entry.merged);
    const last = own[own.length - 1];
    const inFlow = this.isFlow(map);
    const text =
      typeof value === "string" ? quoted(value, inFlow) : `[${value.map((v) => quoted(v, true)).join(", ")}]`;
    if (inFlow) {
      const at = last === undefined ? map.location.start + 1 : this.valueRange(last)[1];
      this.push(at, at, `${last === undefined ? "" : ", "}${key}: ${text}`, 1);
      return;
    }
    const indent = " ".repeat(this.column(map.location.start));
    const at = this.endOfLine(this.valueRange(last)[1]);
    this.push(at, at, `${this.lineEnd}${indent}${key}: ${text}`, 1);
  }

  /** Adds an item to a list, after the item at `index` (−1: first), as a flow map in one line. */
  addItem(list: YamlSequence, index: number, flowMap: string): void {
    const before = list.items[index];
    if (this.isFlow(list)) {
      const at = before === undefined ? list.location.start + 1 : before.location.end;
      const separator = list.items.length === 0 ? "" : ", ";
      this.push(at, at, before === undefined ? `${flowMap}${separator}` : `${separator}${flowMap}`, 2);
      return;
    }
    const column = this.column(list.location.start);
    const at = this.endOfLine((before ?? list.items[0]).location.end);
    this.push(at, at, `${this.lineEnd}${" ".repeat(column)}- ${flowMap}`, 2);
  }

  isFlow(node: YamlNode): boolean {
    const first = this.file.text[node.location.start];
    return first === "{" || first === "[";
  }

  private setBlockList(key: YamlScalar, list: YamlSequence, wanted: readonly string[]): void {
    const items = list.items.filter((item): item is YamlScalar => item.kind === "scalar");
    if (wanted.length === 0) {
      const colon = this.file.text.indexOf(":", key.location.end) + 1;
      this.push(colon, colon, " []");
      for (const item of items) this.removeItem(item);
    } else if (items.length === wanted.length) {
      items.forEach((item, i) => {
        if (item.text !== wanted[i])
          this.replace(item.location.start, item.location.end, this.scalar(item, wanted[i], false));
      });
    } else {
      for (const item of items) if (!wanted.includes(item.text)) this.removeItem(item);
      const added = wanted.filter((text) => !items.some((item) => item.text === text));
      const indent = " ".repeat(this.column(list.location.start));
      const at = this.endOfLine(items[items.length - 1].location.end);
      for (const text of added) this.push(at, at, `${this.lineEnd}${indent}- ${quoted(text, false)}`);
    }
  }

  /** Where a value stands; an alias stands where it is named, not where its anchor is. */
  private valueRange({ key, value }: YamlEntry): [number, number] {
    const { text } = this.file;
    const { start, end } = value.location;
    if (start >= key.location.end && end > start) return [start, end];
    const colon = text.indexOf(":", key.location.end);
    const alias = /^[ \t]*(\*[^\s,\]}]+)/.exec(text.slice(colon + 1, colon + 200));
    if (alias === null) return [colon + 1, colon + 1];
    const from = colon + 1 + alias[0].length - alias[1].length;
    return [from, from + alias[1].length];
  }

  private scalar(node: YamlScalar, text: string, inFlow: boolean): string {
    const { start, end } = node.location;
    const quote = this.file.text[start];
    if (node.quoted && end - start === node.text.length + 2) return `${quote}${text}${quote}`;
    return node.quoted ? JSON.stringify(text) : quoted(text, inFlow);
  }

  private column(offset: number): number {
    return offset - (this.file.text.lastIndexOf("\n", offset - 1) + 1);
  }

  private endOfLine(offset: number): number {
    const end = this.file.text.indexOf("\n", offset);
    if (end < 0) return this.file.text.length;
    return this.file.text[end - 1] === "\r" ? end - 1 : end;
  }

  /** Takes `- item` out of a block list, with its line unless a comment follows there. */
  private removeItem(item: YamlScalar): void {
    const { text } = this.file;
    const lineStart = text.lastIndexOf("\n", item.location.start - 1) + 1;
    const lineEnd = this.endOfLine(item.location.end);
    if (text.slice(item.location.end, lineEnd).includes("#")) {
      this.push(lineStart + text.slice(lineStart).search(/\S/), item.location.end, "");
    } else this.push(this.endOfLine(lineStart - 1 - (this.lineEnd.length - 1)), lineEnd, "");
  }
}

/** Plain where YAML allows it. */
function quoted(text: string, inFlow: boolean): string {
  const plain =
    /^[A-Za-z_][\w =.;-]*$/.test(text) || (!inFlow && /^[A-Za-z][\w =,.]*$/.test(text)) || /^\d+$/.test(text);
  const word = /^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return plain && !word ? text : JSON.stringify(text);
}
