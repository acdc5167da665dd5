import type { Mesh } from "./classes.ts";
import type { Delta } from "./delta.ts";
import { hopsOf } from "./hops.ts";
import type { Joint, Place } from "./joints.ts";

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

interface Group {
  words: number;
  multicast: number;
  members: Place[];
}

/** Sorts what children receive at one step into groups that share a transfer. */
export class Sharing {
  constructor(
    private readonly joints: readonly Joint[],
    /** Per rank: weight of an offset along it in one number. */
    private readonly weights: readonly number[],
    private readonly mesh: Mesh,
    private readonly rules: WalkRules,
  ) {}

  /** Groups the children that receive the same points. */
  kindOf(a: number, deltas: readonly (Delta | null)[], former: readonly (Former | null)[] | null): Kind {
    const shapes = new Map<string, Map<number, Group>>();
    const groups: Group[] = [];
    let childWords = 0;
    let wholeWords = 0;
    let firstChildWords = 0;
    let linkedWords = 0;
    let firstLinkedWords = 0;
    let shown: Delta | null = null;
    const around = former === null ? null : this.received(former);
    for (let j = 0; j < this.joints.length; j++) {
      const joint = this.joints[j];
      const delta = deltas[j];
      if (delta === null || delta.words === 0) continue;
      shown ??= delta;
      childWords += delta.words * joint.children;
      wholeWords += delta.tile * joint.children;
      if (joint.first) firstChildWords = delta.words;
      let shift = 0;
      for (let k = 0; k < this.weights.length; k++) shift += delta.shift[k] * this.weights[k];
      let alike = shapes.get(delta.shape);
      if (alike === undefined) {
        alike = new Map();
        shapes.set(delta.shape, alike);
      }
      for (const place of joint.places) {
        if (around !== null && this.linked(around, place, `${delta.shape}@${place.offset + shift}`)) {
          linkedWords += delta.words;
          if (joint.first && place.offset === 0 && place.x === 0 && place.y === 0) firstLinkedWords += delta.words;
          continue;
        }
        const at = place.offset + shift;
        let group = this.rules.alone ? undefined : alike.get(at);
        if (group === undefined) {
          group = { words: delta.words, multicast: 0, members: [] };
          alike.set(at, group);
          groups.push(group);
        }
        group.multicast++;
        group.members.push(place);
      }
    }
    const bySize = new Map<number, { multicast: number; words: number; hops: number; groups: number }>();
    let parentWords = 0;
    for (const { words, multicast, members } of groups) {
      parentWords += words;
      let record = bySize.get(multicast);
      if (record === undefined) {
        record = { multicast, words: 0, hops: 0, groups: 0 };
        bySize.set(multicast, record);
      }
      record.words += words;
      record.groups++;
      record.hops += words * hopsOf(members, this.mesh.height);
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
      for (const { x, y, offset } of joint.places) places.set(this.place(x, y), `${shape}@${offset + by}`);
    });
    return places;
  }

  private place(x: number, y: number): number {
    return (y + 1) * (this.mesh.width + 2) + x + 1;
  }

  private linked(around: ReadonlyMap<number, string>, { x, y }: Place, wanted: string): boolean {
    const { width, height } = this.mesh;
    const toroidal = this.rules.links?.toroidal === true;
    const holds = (i: number, j: number) => {
      const atX = toroidal ? (i + width) % width : i;
      const atY = toroidal ? (j + height) % height : j;
      return !(atX === x && atY === y) && around.get(this.place(atX, atY)) === wanted;
    };
    return holds(x - 1, y) || holds(x + 1, y) || holds(x, y - 1) || holds(x, y + 1);
  }
}
