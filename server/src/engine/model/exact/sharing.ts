import type { Cell, ChildClass, Mesh } from "./classes.ts";
import type { Delta } from "./delta.ts";
import { hopsOf } from "./hops.ts";

/** One kind of step: which loop advances and what every class of children receives. */
export interface StepClass {
  /** Loop of the nest that advances; −1 is the first step. */
  advancing: number;
  /** How often, over all parents. */
  count: number;
  /** Of the first child that receives anything: its tile, and what it already had of it. */
  tileWords: number;
  overlapWords: number;
  /** Words leaving one parent, words arriving at its children. */
  parentWords: number;
  childWords: number;
  /** Words that would arrive if no tile kept anything. */
  wholeWords: number;
  groups: readonly { multicast: number; words: number; hops: number; groups: number }[];
}

export interface WalkRules {
  /** Every tile is sent whole: the child is the arithmetic, or keeps nothing from step to step. */
  wholeTiles: boolean;
  /** No two children share a transfer. */
  alone: boolean;
  /** Children take from a neighbour what it received at the step just before (point 9). */
  links?: { toroidal: boolean } | null;
}

/** A class of children along all dimensions: one index into the parent's classes per dimension. */
export interface Joint {
  /** Column of the relation table per dimension. */
  column: Int32Array;
  classes: readonly ChildClass[];
  cells: readonly (Cell & { offset: number })[];
  first: boolean;
}

/** A kind of step, with what the first parent and child have of it. */
export interface Kind {
  step: StepClass;
  firstChildWords: number;
  linkedWords: number;
  firstLinkedWords: number;
}

/** What a class of children received at the step just before, and how far its tile has moved since. */
export interface Former {
  delta: Delta;
  translation: readonly number[];
}

/** Sorts what children receive at one step into groups that share a transfer. */
export class Sharing {
  constructor(
    private readonly joints: readonly Joint[],
    /** Per rank: weight of an offset along it in one number. */
    private readonly weights: readonly number[],
    private readonly mesh: Mesh | null,
    private readonly rules: WalkRules,
  ) {}

  /** Groups the children that receive the same points. */
  kindOf(a: number, deltas: readonly (Delta | null)[], former: readonly (Former | null)[] | null): Kind {
    const groups = new Map<string, { words: number; members: Cell[] }>();
    let childWords = 0;
    let wholeWords = 0;
    let firstChildWords = 0;
    let linkedWords = 0;
    let firstLinkedWords = 0;
    let shown: Delta | null = null;
    const around = former === null ? null : this.received(former);
    this.joints.forEach((joint, j) => {
      const delta = deltas[j];
      if (delta === null || delta.words === 0) return;
      shown ??= delta;
      childWords += delta.words * joint.cells.length;
      wholeWords += delta.tile * joint.cells.length;
      if (joint.first) firstChildWords = delta.words;
      const shift = delta.shift.reduce((sum, x, k) => sum + x * this.weights[k], 0);
      joint.cells.forEach((cell, n) => {
        if (around !== null && this.linked(around, cell, `${delta.shape}@${cell.offset + shift}`)) {
          linkedWords += delta.words;
          if (joint.first && cell.offset === 0 && cell.x === 0 && cell.y === 0) firstLinkedWords += delta.words;
          return;
        }
        const key = `${delta.shape}@${cell.offset + shift}${this.rules.alone ? `|${j}|${n}` : ""}`;
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { words: delta.words, members: [cell] });
        else group.members.push(cell);
      });
    });
    const bySize = new Map<number, { multicast: number; words: number; hops: number; groups: number }>();
    let parentWords = 0;
    for (const { words, members } of groups.values()) {
      parentWords += words;
      const multicast = members.length;
      const record = bySize.get(multicast) ?? { multicast, words: 0, hops: 0, groups: 0 };
      bySize.set(multicast, record);
      record.words += words;
      record.groups++;
      if (this.mesh !== null) record.hops += words * hopsOf(members, this.mesh.height);
    }
    const example = shown as Delta | null;
    const step: StepClass = {
      advancing: a,
      count: 0,
      tileWords: example?.tile ?? 0,
      overlapWords: example === null ? 0 : example.tile - example.words,
      parentWords,
      childWords,
      wholeWords,
      groups: [...bySize.values()].sort((p, q) => p.multicast - q.multicast),
    };
    return { step, firstChildWords, linkedWords, firstLinkedWords };
  }

  /** What every place of the mesh received at the step just before, named relative to where the tiles are now. */
  private received(former: readonly (Former | null)[]): Map<number, string> {
    const places = new Map<number, string>();
    this.joints.forEach((joint, j) => {
      const before = former[j];
      if (before === null) return;
      const { shape, shift } = before.delta;
      const by = shift.reduce((sum, x, k) => sum + (x - before.translation[k]) * this.weights[k], 0);
      for (const cell of joint.cells) places.set(this.place(cell.x, cell.y), `${shape}@${cell.offset + by}`);
    });
    return places;
  }

  private place(x: number, y: number): number {
    return (y + 1) * (this.mesh!.width + 2) + x + 1;
  }

  private linked(around: ReadonlyMap<number, string>, { x, y }: Cell, wanted: string): boolean {
    const { width, height } = this.mesh!;
    const toroidal = this.rules.links?.toroidal === true;
    const holds = (i: number, j: number) => {
      const atX = toroidal ? (i + width) % width : i;
      const atY = toroidal ? (j + height) % height : j;
      return !(atX === x && atY === y) && around.get(this.place(atX, atY)) === wanted;
    };
    return holds(x - 1, y) || holds(x + 1, y) || holds(x, y - 1) || holds(x, y + 1);
  }
}
