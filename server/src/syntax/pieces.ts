/**
 * Long block collections, composed and built some members at a time so that others get their turn in between. What a
 * member composes to depends on nothing but its own tokens and the offset where the member before it ends.
 */

import { Composer, type CST, type Document, type Node, type YAMLError } from "yaml";
import type { TreeBuilder } from "./builder.ts";

/** UTF-16 code units that are composed in one go, about; collections that are no longer stay whole. */
export const pieceLength = 4_000;

type Collection = CST.BlockMap | CST.BlockSequence;
type Member = Collection["items"][number];

/**
 * Takes all but the last members out of the long collections of a document and gives them to the builder, which puts
 * them back when it is given what was left.
 */
export class Pieces {
  readonly errors: YAMLError[] = [];

  constructor(
    private readonly builder: TreeBuilder,
    private readonly composerOptions: ConstructorParameters<typeof Composer>[0],
    private readonly length: number,
  ) {}

  *take({ value }: CST.Document, end: number): Generator<void, void> {
    if (isBlock(value) && end - value.offset > this.length) yield* this.shorten(value, end);
  }

  private *shorten(collection: Collection, end: number): Generator<void, void> {
    const { items, offset } = collection;
    // Between whole ones, others are mistakes: what they stand for is told with regard to all of the collection.
    if (items.some((item, i) => i < items.length - 1 && !isWhole(item))) return;
    const starts = items.map(startOf);
    const members: ReturnType<TreeBuilder["members"]> = [];
    let first = 0;
    let at = offset;
    for (let i = 0; i < items.length; i++) {
      const long = isLong(items[i], starts[i], starts[i + 1] ?? end, this.length);
      if (i > first && isWhole(items[i]) && (long || starts[i] - starts[first] >= this.length)) {
        const composed = this.compose({ ...collection, offset: at, items: items.slice(first, i) } as Collection);
        at = composed.range![1];
        for (const member of this.builder.members(composed)) members.push(member);
        first = i;
        yield;
      }
      if (long) yield* this.shorten(items[i].value as Collection, starts[i + 1] ?? end);
    }
    if (first === 0) return;
    this.builder.prepend(at, { start: offset, members });
    Object.assign(collection, { offset: at, items: items.slice(first) });
  }

  private compose(value: Collection): Node {
    const token: CST.Document = { type: "document", offset: value.offset, start: [], value };
    const [document] = [...new Composer(this.composerOptions).compose([token])] as Document.Parsed[];
    this.errors.push(...document.errors);
    return document.contents as Node;
  }
}

function isBlock(token: CST.Token | null | undefined): token is Collection {
  return token?.type === "block-map" || token?.type === "block-seq";
}

function startOf({ start, key, sep, value }: Member): number {
  return (start[0] ?? key ?? sep?.[0] ?? value)?.offset ?? 0;
}

/** A member that has its dash, or its key and colon: it leaves no trace in how the next one is read. */
function isWhole({ start, key, sep }: Member): boolean {
  if (key) return sep !== undefined && start.every(({ type }) => type !== "explicit-key-ind");
  return start.some(({ type }) => type === "seq-item-ind");
}

/** Anchors and tags belong to the whole of what follows them. */
function isLong({ start, sep, value }: Member, from: number, to: number, length: number): boolean {
  return to - from > length && isBlock(value) && ![...start, ...(sep ?? [])].some(isProperty);
}

function isProperty({ type }: CST.SourceToken): boolean {
  return type === "anchor" || type === "tag";
}
