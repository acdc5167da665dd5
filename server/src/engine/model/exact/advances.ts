import { type Delta, difference, type Move, wholeDelta } from "./delta.ts";
import type { Column, Joint } from "./joints.ts";
import type { Nest } from "./nest.ts";
import { idle, tight } from "./passes.ts";
import { type Projection, rankExtent } from "./projection.ts";
import type { Relation } from "./relations.ts";

/** What a class of children may receive at a step. */
export interface JointMove {
  /** The tile stays where it was. */
  still: boolean;
  /** The way it moves, by number. */
  translation: number;
  /** With what it shares with the old tile left out, and without. */
  kept: Delta;
  whole: Delta;
}

/** A step as far as it does not depend on what is remembered. */
export interface Advance {
  /** By joint; null where it is idle. */
  moves: readonly (JointMove | null)[];
  /** Kinds of step, by what each joint that acts keeps. */
  kinds: Map<string, number>;
}

/** Sums over the temporal loops of a column's dimension from a place of the list inwards. */
interface Tail {
  /** Way back when they begin again after full passes, and after the last one. */
  back: number;
  lastBack: number;
  /** The class's last step has only zeroes there. */
  lastZero: boolean;
}

/** Ids of advances are put together from two numbers below this. */
const many = 2 ** 26;

/** How tiles move when a loop advances and all loops inside it begin again. */
export class Advances {
  private readonly known: Map<number, Advance>[];
  private readonly translations = new Map<string, number>();
  /** By column and place in the list of loops. */
  private readonly tails: readonly (readonly Tail[])[];
  /** Dimensions of the data space. */
  private readonly relevant: readonly number[];
  private readonly extents: Float64Array;
  private readonly before: Float64Array;
  private readonly moved: Float64Array;

  constructor(
    private readonly nest: Nest,
    private readonly projection: Projection,
    private readonly child: number,
    private readonly loops: readonly number[],
    private readonly columns: readonly Column[],
    private readonly joints: readonly Joint[],
  ) {
    this.known = Array.from({ length: loops.length + 1 }, () => new Map());
    this.tails = columns.map((column) => this.tailsOf(column));
    this.relevant = [...new Set(projection.ranks.flatMap((rank) => rank.dimensions))];
    this.extents = new Float64Array(nest.dimensions);
    this.before = new Float64Array(nest.dimensions);
    this.moved = new Float64Array(nest.dimensions);
  }

  /** The loop at `depth` advances (−1: the first step) from a pass of kind `before` into one of kind `relation`. */
  of(depth: number, before: Relation, relation: Relation): Advance {
    const key = before.id * many + relation.id;
    const known = this.known[depth + 1].get(key);
    if (known !== undefined) return known;
    const moves = this.joints.map((joint): JointMove | null => {
      for (const k of joint.column) if (relation.values[k] === idle) return null;
      const move = this.moveOf(joint, depth, before, relation);
      return {
        still: move.translation.every((x) => x === 0),
        translation: this.numberOf(move),
        kept: difference(move),
        whole: wholeDelta(move.extent),
      };
    });
    const advance = { moves, kinds: new Map() };
    this.known[depth + 1].set(key, advance);
    return advance;
  }

  /** Tile, previous tile and the way between them, per rank. */
  moveOf(joint: Joint, depth: number, former: Relation, relation: Relation): Move {
    const { nest, extents, before, moved } = this;
    const at = (this.child + 1) * nest.dimensions;
    for (const d of this.relevant) {
      const k = joint.column[d];
      const { end } = this.columns[k];
      const { back, lastBack, lastZero } = this.tails[k][depth + 1];
      const advances = depth >= 0 && nest.dimension[this.loops[depth]] === d;
      const bound = relation.values[k] === tight;
      const full = nest.extent[at + d];
      extents[d] = bound && lastZero ? end : full;
      before[d] = bound && !advances ? end : full;
      moved[d] = (advances ? nest.stride[this.loops[depth]] : 0) - (former.values[k] === tight ? lastBack : back);
    }
    const { ranks } = this.projection;
    return {
      extent: ranks.map((rank) => rankExtent(rank, extents, 0)),
      before: ranks.map((rank) => rankExtent(rank, before, 0)),
      translation: ranks.map((rank) => rank.dimensions.reduce((sum, d, i) => sum + rank.coefficients[i] * moved[d], 0)),
    };
  }

  private tailsOf({ d, last }: Column): Tail[] {
    const { nest, loops } = this;
    const tails: Tail[] = [{ back: 0, lastBack: 0, lastZero: true }];
    for (let n = loops.length - 1; n >= 0; n--) {
      const i = loops[n];
      const inner = tails[0];
      tails.unshift(
        nest.dimension[i] === d
          ? {
              back: inner.back + (nest.factor[i] - 1) * nest.stride[i],
              lastBack: inner.lastBack + last[i] * nest.stride[i],
              lastZero: inner.lastZero && last[i] === 0,
            }
          : inner,
      );
    }
    return tails;
  }

  private numberOf({ translation }: Move): number {
    const name = translation.join();
    let id = this.translations.get(name);
    if (id === undefined) {
      id = this.translations.size;
      this.translations.set(name, id);
    }
    return id;
  }
}
