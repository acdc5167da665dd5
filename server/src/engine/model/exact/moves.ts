import { withIntRoom, withRoom } from "../../numeric/room.ts";
import { VectorTable } from "../../numeric/vector-table.ts";
import type { ParentClass } from "./classes.ts";
import { rankWeights } from "./joints.ts";
import type { Nest } from "./nest.ts";
import { idle, type PassKinds, tight } from "./passes.ts";
import type { Projection } from "./projection.ts";

/** When does a tile keep what it shares with the one before? */
export type Keeping = "whole" | "remember" | "slide";

/** A class of children along one dimension, as far as its tiles go. */
interface Column {
  end: number;
  /** By place of the loop that advances, plus 1: the way back of the loops inside it, and whether the last step is 0 there. */
  back: Float64Array;
  lastBack: Float64Array;
  lastZero: Uint8Array;
}

/** Numbers kept per kind of step: words out of the parent, into children, into the first child. */
const perKind = 3;

/** What the children of one parent receive when a loop advances and all loops inside it begin again. */
export class Moves {
  /** Classes of children: one for each choice of classes along all dimensions. */
  classes = 0;
  /** The kind of the last step; its numbers begin at `words[3 · kind]`. */
  kind = 0;
  words = new Float64Array(96);
  /** What classes remember after the last step, and whether that differs from before. */
  remembered = new Float64Array(64);
  changed = false;

  private nest!: Nest;
  private projection!: Projection;
  private weights: readonly number[] = [];
  private at = 0;
  private keeping: Keeping = "whole";
  private slide = -1;
  private slideMove = 0;

  // By class: its class along each dimension, its children, where their offsets are, and is the first child among them?
  private picked = new Int32Array(256);
  private children = new Float64Array(64);
  private placesFrom = new Int32Array(64);
  private placesTo = new Int32Array(64);
  private first = new Int32Array(64);
  private readonly places: number[] = [];
  private readonly columns: Column[][];

  /** By place of the loop that advances and kinds of pass: a row of `classes` numbers in each of the next three. */
  private readonly advances = new VectorTable();
  private translations = new Float64Array(256);
  private wholes = new Int32Array(256);
  private keeps = new Int32Array(256);
  /** Shape, place and words of what arrives; 0 is nothing. */
  private readonly deltas = new VectorTable();
  private readonly shapes = new VectorTable();
  private deltaWords = new Float64Array(64);
  /** By what each class receives. */
  private readonly kinds = new VectorTable();
  private received = new Float64Array(64);
  private readonly sent = new VectorTable();
  private readonly pair = new Float64Array(2);
  private shape = new Float64Array(16);

  constructor(
    private readonly dimensions: number,
    private readonly passes: PassKinds,
  ) {
    this.columns = Array.from({ length: dimensions }, () => []);
  }

  begin(nest: Nest, projection: Projection, child: number, keeping: Keeping, slide: number): void {
    this.nest = nest;
    this.projection = projection;
    this.weights = rankWeights(projection);
    this.at = (child + 1) * nest.dimensions;
    this.keeping = keeping;
    this.slide = slide;
    this.slideMove = slide < 0 ? 0 : this.weightOf(nest.dimension[slide]) * nest.stride[slide];
    const ranks = projection.ranks.length;
    if (this.shape.length < 3 * ranks + 1) this.shape = new Float64Array(3 * ranks + 1);
  }

  /** How far one index of dimension `d` moves the tile, in one number. */
  private weightOf(d: number): number {
    const { ranks } = this.projection;
    let weight = 0;
    for (let r = 0; r < ranks.length; r++) {
      const t = ranks[r].dimensions.indexOf(d);
      if (t >= 0) weight += this.weights[r] * ranks[r].coefficients[t];
    }
    return weight;
  }

  /** Takes the children of one class of parents, given along each of `dimensions`. */
  choose(dimensions: readonly number[], chosen: readonly ParentClass[]): void {
    const { passes, columns, nest, projection } = this;
    passes.begin();
    for (let d = 0; d < this.dimensions; d++) columns[d].length = 0;
    let classes = 1;
    for (let k = 0; k < dimensions.length; k++) {
      const d = dimensions[k];
      const { children } = chosen[k];
      for (const { last, end } of children) columns[d].push(this.column(d, last, end));
      const full = projection.relevant[d] === 0 || children[0].end === nest.extent[this.at + d];
      const steady =
        children.length === 1 &&
        full &&
        passes.loops.every((i) => nest.dimension[i] !== d || children[0].last[i] === nest.factor[i] - 1);
      passes.add(nest, d, children, steady);
      classes *= children.length;
    }
    passes.finish();
    this.makeRoom(classes);
    this.places.length = 0;
    this.combine(dimensions, chosen);
    this.advances.clear(2);
    this.kinds.clear(classes);
    this.shapes.clear(3 * projection.ranks.length + 1);
    this.deltas.clear(2);
    this.pair.fill(-1);
    this.deltas.numberOf(this.pair);
  }

  private makeRoom(classes: number): void {
    this.classes = classes;
    this.picked = withIntRoom(this.picked, classes * this.dimensions);
    this.children = withRoom(this.children, classes);
    this.placesFrom = withIntRoom(this.placesFrom, classes);
    this.placesTo = withIntRoom(this.placesTo, classes);
    this.first = withIntRoom(this.first, classes);
    this.remembered = withRoom(this.remembered, classes);
    this.received = withRoom(this.received, classes);
  }

  private column(d: number, last: Float64Array, end: number): Column {
    const { nest } = this;
    const { loops } = this.passes;
    const back = new Float64Array(loops.length + 1);
    const lastBack = new Float64Array(loops.length + 1);
    const lastZero = new Uint8Array(loops.length + 1);
    lastZero[loops.length] = 1;
    for (let n = loops.length - 1; n >= 0; n--) {
      const i = loops[n];
      const own = nest.dimension[i] === d;
      back[n] = back[n + 1] + (own ? (nest.factor[i] - 1) * nest.stride[i] : 0);
      lastBack[n] = lastBack[n + 1] + (own ? last[i] * nest.stride[i] : 0);
      lastZero[n] = own && last[i] !== 0 ? 0 : lastZero[n + 1];
    }
    return { end, back, lastBack, lastZero };
  }

  /** All choices of one class along each dimension. */
  private combine(dimensions: readonly number[], chosen: readonly ParentClass[]): void {
    const { picked, places, projection } = this;
    for (let j = 0; j < this.classes; j++) {
      let from = places.length;
      places.push(0);
      let children = 1;
      let first = 1;
      let rest = j;
      for (let k = 0; k < dimensions.length; k++) {
        const d = dimensions[k];
        const options = chosen[k].children;
        const c = rest % options.length;
        rest = (rest - c) / options.length;
        picked[j * this.dimensions + d] = c;
        const { cells } = options[c];
        children *= cells.length;
        if (!options[c].first) first = 0;
        if (projection.relevant[d] === 0 || (cells.length === 1 && cells[0].value === 0)) continue;
        const weight = this.weightOf(d);
        const to = places.length;
        for (const { value } of cells) for (let p = from; p < to; p++) places.push(places[p] + weight * value);
        from = to;
      }
      this.children[j] = children;
      this.first[j] = first;
      this.placesFrom[j] = from;
      this.placesTo[j] = places.length;
    }
  }

  /** The loop at place `n` advances (−1: the first step) into a pass of these kinds; `state[from…]` is remembered. */
  step(n: number, kinds: number, state: Float64Array, from: number): void {
    const { received, remembered, keeping } = this;
    const row = this.advance(n, kinds) * this.classes;
    this.changed = false;
    for (let j = 0; j < this.classes; j++) {
      const whole = this.wholes[row + j];
      const before = state[from + j];
      remembered[j] = before;
      received[j] = whole;
      if (whole === 0 || n < 0 || keeping === "whole") continue;
      const move = this.translations[row + j];
      const keeps = move === 0 || (keeping === "slide" ? this.slides(n, move) : before === 0 || before === move);
      if (keeps) received[j] = this.keeps[row + j];
      if (move === 0 || keeping === "slide") continue;
      remembered[j] = keeps ? move : 0;
      if (remembered[j] !== before) this.changed = true;
    }
    const known = this.kinds.size;
    this.kind = this.kinds.numberOf(received);
    if (this.kind === known) this.count(this.kind);
  }

  private slides(n: number, move: number): boolean {
    return this.passes.loops[n] === this.slide || move === this.slideMove;
  }

  /** Words of a kind of step: children that receive the same words share them. */
  private count(kind: number): void {
    const { received, sent, pair, places, deltas, deltaWords } = this;
    sent.clear(2);
    let out = 0;
    let arriving = 0;
    let first = 0;
    for (let j = 0; j < this.classes; j++) {
      const delta = received[j];
      const words = deltaWords[delta];
      if (delta === 0 || words === 0) continue;
      arriving += words * this.children[j];
      if (this.first[j] === 1) first = words;
      pair[0] = deltas.values[2 * delta];
      const shift = deltas.values[2 * delta + 1];
      for (let p = this.placesFrom[j]; p < this.placesTo[j]; p++) {
        pair[1] = places[p] + shift;
        const known = sent.size;
        if (sent.numberOf(pair) === known) out += words;
      }
    }
    const at = perKind * kind;
    this.words = withRoom(this.words, at + perKind);
    this.words[at] = out;
    this.words[at + 1] = arriving;
    this.words[at + 2] = first;
  }

  private advance(n: number, kinds: number): number {
    const { advances, pair } = this;
    pair[0] = n;
    pair[1] = kinds;
    const known = advances.size;
    const advance = advances.numberOf(pair);
    if (advance < known) return advance;
    const row = advance * this.classes;
    this.translations = withRoom(this.translations, row + this.classes);
    this.wholes = withIntRoom(this.wholes, row + this.classes);
    this.keeps = withIntRoom(this.keeps, row + this.classes);
    for (let j = 0; j < this.classes; j++) this.move(n, kinds, j, row + j);
    return advance;
  }

  /** Tile, former tile and the way between them, per rank. */
  private move(n: number, kinds: number, j: number, into: number): void {
    const { nest, passes, picked, columns, shape, weights, at } = this;
    this.wholes[into] = 0;
    for (let d = 0; d < this.dimensions; d++) {
      if (columns[d].length === 0) continue;
      if (passes.relation(d, passes.kindOf(kinds, d), picked[j * this.dimensions + d]) === idle) return;
    }
    const { ranks } = this.projection;
    const width = ranks.length;
    const advancing = n < 0 ? -1 : nest.dimension[passes.loops[n]];
    const stride = n < 0 ? 0 : nest.stride[passes.loops[n]];
    let tile = 1;
    let hole = 1;
    let cut = 0;
    let cutAt = 0;
    let translation = 0;
    for (let r = 0; r < width; r++) {
      const { dimensions, coefficients } = ranks[r];
      let extent = 1;
      let before = 1;
      let moved = 0;
      for (let t = 0; t < dimensions.length; t++) {
        const d = dimensions[t];
        const c = picked[j * this.dimensions + d];
        const { end, back, lastBack, lastZero } = columns[d][c];
        const last = passes.relation(d, passes.kindOf(kinds, d), c) === tight;
        const full = nest.extent[at + d];
        extent += coefficients[t] * ((last && lastZero[n + 1] === 1 ? end : full) - 1);
        // Before the loop advanced, its dimension was not in its last pass.
        const stood = last && d !== advancing;
        before += coefficients[t] * ((stood ? end : full) - 1);
        moved += coefficients[t] * ((d === advancing ? stride : 0) - (stood ? lastBack[n + 1] : back[n + 1]));
      }
      const low = Math.max(0, -moved);
      const high = Math.min(extent, before - moved);
      tile *= extent;
      hole *= high > low ? high - low : 0;
      translation += weights[r] * moved;
      shape[1 + r] = extent;
      shape[1 + width + r] = low;
      shape[1 + 2 * width + r] = high;
      if (low > 0 || high < extent) {
        cut++;
        cutAt = r;
      }
    }
    this.translations[into] = translation;
    this.keeps[into] = this.keptDelta(tile, hole, cut, cutAt);
    this.wholes[into] = this.boxDelta(tile, 0);
  }

  /** What the tile in `shape` has besides the hole: nothing, a box, or a box with a hole, each named in one way. */
  private keptDelta(tile: number, hole: number, cut: number, cutAt: number): number {
    const { shape, weights } = this;
    if (hole === tile) return 0;
    if (hole === 0) return this.boxDelta(tile, 0);
    const width = weights.length;
    const extent = shape[1 + cutAt];
    const low = shape[1 + width + cutAt];
    const high = shape[1 + 2 * width + cutAt];
    if (cut === 1 && (low === 0 || high === extent)) {
      shape[1 + cutAt] = low === 0 ? extent - high : low;
      const delta = this.boxDelta(tile - hole, low === 0 ? weights[cutAt] * high : 0);
      shape[1 + cutAt] = extent;
      return delta;
    }
    shape[0] = 1;
    return this.deltaOf(tile - hole, 0);
  }

  /** Leaves nothing of the hole in `shape`. */
  private boxDelta(words: number, shift: number): number {
    const { shape, weights } = this;
    shape[0] = 0;
    shape.fill(0, 1 + weights.length);
    return this.deltaOf(words, shift);
  }

  private deltaOf(words: number, shift: number): number {
    const { deltas, shapes, pair } = this;
    pair[0] = shapes.numberOf(this.shape);
    pair[1] = shift;
    const delta = deltas.numberOf(pair);
    this.deltaWords = withRoom(this.deltaWords, delta + 1);
    this.deltaWords[delta] = words;
    return delta;
  }
}
