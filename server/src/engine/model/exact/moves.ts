import { withIntRoom, withRoom } from "../../numeric/room.ts";
import { VectorTable } from "../../numeric/vector-table.ts";
import type { ChildClass, ParentClass } from "./classes.ts";
import { rankWeights } from "./joints.ts";
import type { Nest } from "./nest.ts";
import { idle, type PassKinds, tight } from "./passes.ts";
import type { Projection } from "./projection.ts";

/** When does a tile keep what it shares with the one before? */
export type Keeping = "whole" | "remember" | "slide";

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
  /** Of every rank; with them, tiles, places and translations are one number each. */
  private weights: readonly number[] = [];
  private at = 0;
  private keeping: Keeping = "whole";
  private slide = -1;
  private slideMove = 0;

  /** Dimensions and, for each, the first of its columns: classes along it. */
  private dimensions: readonly number[] = [];
  private readonly firstColumn: Int32Array;
  private columns = 0;
  // By column: extent of the last tile; by place of the loop that advances, plus 1: the way back of the loops inside it,
  // and whether the last step is 0 there.
  private ends = new Float64Array(32);
  private backs = new Float64Array(256);
  private lastBacks = new Float64Array(256);
  private lastZeros = new Int32Array(256);
  // By column, for the advance at hand: acts it, its tile, the tile before, the way between them.
  private resting = new Int32Array(32);
  private extents = new Float64Array(32);
  private befores = new Float64Array(32);
  private moved = new Float64Array(32);

  // By class: its columns, the first class with the same tiles, its children, its places, and is the first child in it?
  private picked = new Int32Array(256);
  private like = new Int32Array(64);
  private children = new Float64Array(64);
  private placesFrom = new Int32Array(64);
  private placesTo = new Int32Array(64);
  private first = new Int32Array(64);
  private places = new Float64Array(256);
  private readonly likeness = new VectorTable();
  private tiles = new Float64Array(8);
  private firstLike = new Int32Array(64);

  /** By place of the loop that advances and kinds of pass: a row of `classes` numbers in each of the next three. */
  private readonly advances = new VectorTable();
  private translations = new Float64Array(256);
  private wholes = new Int32Array(256);
  private keeps = new Int32Array(256);
  /** Sets of words that may arrive: a box, a hole in it, and where it is; 0 is nothing. */
  private readonly deltas = new VectorTable();
  private deltaWords = new Float64Array(64);
  /** By what each class receives. */
  private readonly kinds = new VectorTable();
  private received = new Float64Array(64);
  private readonly sent = new VectorTable();
  private readonly pair = new Float64Array(2);
  private readonly set = new Float64Array(4);

  constructor(
    dimensions: number,
    private readonly passes: PassKinds,
  ) {
    this.firstColumn = new Int32Array(dimensions);
  }

  begin(nest: Nest, projection: Projection, child: number, keeping: Keeping, slide: number): void {
    this.nest = nest;
    this.projection = projection;
    this.weights = rankWeights(projection);
    this.at = (child + 1) * nest.dimensions;
    this.keeping = keeping;
    this.slide = slide;
    this.slideMove = slide < 0 ? 0 : this.weightOf(nest.dimension[slide]) * nest.stride[slide];
  }

  /** How far one index of dimension `d` moves the tile. */
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
    const { passes, firstColumn } = this;
    this.dimensions = dimensions;
    passes.begin();
    this.columns = 0;
    let classes = 1;
    for (let k = 0; k < dimensions.length; k++) {
      const d = dimensions[k];
      const { children } = chosen[k];
      firstColumn[d] = this.columns;
      for (let c = 0; c < children.length; c++) this.addColumn(d, children[c]);
      passes.add(this.nest, d, children, children.length === 1 && this.isSteady(d, children[0]));
      classes *= children.length;
    }
    passes.finish();
    this.resting = withIntRoom(this.resting, this.columns);
    this.extents = withRoom(this.extents, this.columns);
    this.befores = withRoom(this.befores, this.columns);
    this.moved = withRoom(this.moved, this.columns);
    this.combine(classes, chosen);
    this.advances.clear(2);
    this.kinds.clear(classes);
    this.deltas.clear(4);
    this.set.fill(-1);
    this.deltas.numberOf(this.set);
  }

  /** Is every pass of a dimension's loops like the last one? */
  private isSteady(d: number, { last, end }: ChildClass): boolean {
    const { nest, projection } = this;
    if (projection.relevant[d] === 1 && end !== nest.extent[this.at + d]) return false;
    for (const i of this.passes.loops) if (nest.dimension[i] === d && last[i] !== nest.factor[i] - 1) return false;
    return true;
  }

  private addColumn(d: number, { last, end }: ChildClass): void {
    const { nest } = this;
    const { loops } = this.passes;
    const column = this.columns++;
    const width = loops.length + 1;
    const from = column * width;
    this.ends = withRoom(this.ends, column + 1);
    this.backs = withRoom(this.backs, from + width);
    this.lastBacks = withRoom(this.lastBacks, from + width);
    this.lastZeros = withIntRoom(this.lastZeros, from + width);
    this.ends[column] = end;
    let back = 0;
    let lastBack = 0;
    let lastZero = 1;
    for (let n = loops.length; ; n--) {
      this.backs[from + n] = back;
      this.lastBacks[from + n] = lastBack;
      this.lastZeros[from + n] = lastZero;
      if (n === 0) return;
      const i = loops[n - 1];
      if (nest.dimension[i] !== d) continue;
      back += (nest.factor[i] - 1) * nest.stride[i];
      lastBack += last[i] * nest.stride[i];
      if (last[i] !== 0) lastZero = 0;
    }
  }

  /** All choices of one class along each dimension. */
  private combine(classes: number, chosen: readonly ParentClass[]): void {
    const { dimensions, projection, likeness } = this;
    const width = dimensions.length;
    this.classes = classes;
    this.picked = withIntRoom(this.picked, classes * width);
    this.like = withIntRoom(this.like, classes);
    this.firstLike = withIntRoom(this.firstLike, classes);
    this.children = withRoom(this.children, classes);
    this.placesFrom = withIntRoom(this.placesFrom, classes);
    this.placesTo = withIntRoom(this.placesTo, classes);
    this.first = withIntRoom(this.first, classes);
    this.remembered = withRoom(this.remembered, classes);
    this.received = withRoom(this.received, classes);
    this.tiles = withRoom(this.tiles, width);
    likeness.clear(width);
    let end = 0;
    for (let j = 0; j < classes; j++) {
      let children = 1;
      let first = 1;
      let rest = j;
      for (let k = 0; k < width; k++) {
        const options = chosen[k].children;
        const c = rest % options.length;
        rest = (rest - c) / options.length;
        this.picked[j * width + k] = this.firstColumn[dimensions[k]] + c;
        this.tiles[k] = projection.relevant[dimensions[k]] === 1 ? c : 0;
        children *= options[c].cells.length;
        if (!options[c].first) first = 0;
      }
      this.children[j] = children;
      this.first[j] = first;
      const known = likeness.size;
      const number = likeness.numberOf(this.tiles);
      if (number === known) {
        this.firstLike[number] = j;
        this.placesFrom[j] = end;
        end = this.addPlaces(end, chosen);
        this.placesTo[j] = end;
      }
      this.like[j] = this.firstLike[number];
    }
  }

  /** Where the children of the classes in `tiles` are; returns the end of their list. */
  private addPlaces(from: number, chosen: readonly ParentClass[]): number {
    const { dimensions, projection, tiles } = this;
    let total = 1;
    for (let k = 0; k < dimensions.length; k++) {
      if (projection.relevant[dimensions[k]] === 1) total *= chosen[k].children[tiles[k]].cells.length;
    }
    this.places = withRoom(this.places, from + total);
    const { places } = this;
    places[from] = 0;
    let count = 1;
    for (let k = 0; k < dimensions.length; k++) {
      if (projection.relevant[dimensions[k]] === 0) continue;
      const { cells } = chosen[k].children[tiles[k]];
      const weight = this.weightOf(dimensions[k]);
      // The first cell last: it takes the place of those it is added to.
      for (let cell = cells.length - 1; cell >= 0; cell--) {
        const by = weight * cells[cell].value;
        const into = from + cell * count;
        for (let p = 0; p < count; p++) places[into + p] = places[from + p] + by;
      }
      count *= cells.length;
    }
    return from + count;
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
    const { received, like, sent, set, places, deltas, deltaWords } = this;
    sent.clear(4);
    let out = 0;
    let arriving = 0;
    let first = 0;
    for (let j = 0; j < this.classes; j++) {
      const delta = received[j];
      const words = deltaWords[delta];
      if (delta === 0) continue;
      arriving += words * this.children[j];
      if (this.first[j] === 1) first = words;
      let shared = like[j];
      while (shared < j && !(like[shared] === like[j] && received[shared] === delta)) shared++;
      if (shared < j) continue;
      for (let k = 0; k < 4; k++) set[k] = deltas.values[4 * delta + k];
      const shift = set[3];
      const to = this.placesTo[like[j]];
      for (let p = this.placesFrom[like[j]]; p < to; p++) {
        set[3] = places[p] + shift;
        const known = sent.size;
        if (sent.numberOf(set) === known) out += words;
      }
    }
    const at = perKind * kind;
    this.words = withRoom(this.words, at + perKind);
    this.words[at] = out;
    this.words[at + 1] = arriving;
    this.words[at + 2] = first;
  }

  /** What each class may receive, as a row of numbers. */
  private advance(n: number, kinds: number): number {
    const { advances, pair, dimensions, classes, like } = this;
    pair[0] = n;
    pair[1] = kinds;
    const known = advances.size;
    const advance = advances.numberOf(pair);
    if (advance < known) return advance;
    const row = advance * classes;
    this.translations = withRoom(this.translations, row + classes);
    this.wholes = withIntRoom(this.wholes, row + classes);
    this.keeps = withIntRoom(this.keeps, row + classes);
    const { wholes, translations, keeps, picked, resting } = this;
    this.relate(n, kinds);
    const width = dimensions.length;
    let moved = -1;
    for (let j = 0; j < classes; j++) {
      const from = j * width;
      let k = 0;
      while (k < width && resting[picked[from + k]] === 0) k++;
      if (k < width) {
        wholes[row + j] = 0;
        continue;
      }
      if (moved >= 0 && like[moved] === like[j]) {
        wholes[row + j] = wholes[row + moved];
        keeps[row + j] = keeps[row + moved];
        translations[row + j] = translations[row + moved];
      } else this.move(from, row + j);
      moved = j;
    }
    return advance;
  }

  /** How tiles lie along each dimension. */
  private relate(n: number, kinds: number): void {
    const { nest, passes, dimensions, firstColumn, at } = this;
    const width = passes.loops.length + 1;
    const advancing = n < 0 ? -1 : nest.dimension[passes.loops[n]];
    for (let k = 0; k < dimensions.length; k++) {
      const d = dimensions[k];
      const kind = passes.kindOf(kinds, d);
      const full = nest.extent[at + d];
      const first = firstColumn[d];
      const end = k + 1 < dimensions.length ? firstColumn[dimensions[k + 1]] : this.columns;
      for (let column = first; column < end; column++) {
        const relation = passes.relation(d, kind, column - first);
        const back = column * width + n + 1;
        const last = relation === tight;
        this.resting[column] = relation === idle ? 1 : 0;
        this.extents[column] = last && this.lastZeros[back] === 1 ? this.ends[column] : full;
        // Before the loop advanced, its dimension was not in its last pass.
        const stood = last && d !== advancing;
        this.befores[column] = stood ? this.ends[column] : full;
        this.moved[column] = -(stood ? this.lastBacks[back] : this.backs[back]);
        if (d === advancing) this.moved[column] += nest.stride[passes.loops[n]];
      }
    }
  }

  /** Tile, former tile and the way between them, per rank, of the class whose columns are at `from`. */
  private move(from: number, into: number): void {
    const { picked, weights, dimensions, projection, set } = this;
    const { ranks } = projection;
    let tile = 1;
    let hole = 1;
    let translation = 0;
    let cuts = 0;
    let cutWeight = 0;
    let cutExtent = 0;
    let cutLow = 0;
    let cutHigh = 0;
    let box = 0;
    let lows = 0;
    let highs = 0;
    for (let r = 0; r < ranks.length; r++) {
      const rank = ranks[r];
      let extent = 1;
      let before = 1;
      let moved = 0;
      for (let t = 0; t < rank.dimensions.length; t++) {
        const column = picked[from + dimensions.indexOf(rank.dimensions[t])];
        const c = rank.coefficients[t];
        extent += c * (this.extents[column] - 1);
        before += c * (this.befores[column] - 1);
        moved += c * this.moved[column];
      }
      const weight = weights[r];
      const low = Math.max(0, -moved);
      const high = Math.min(extent, before - moved);
      tile *= extent;
      hole *= high > low ? high - low : 0;
      translation += weight * moved;
      box += weight * extent;
      lows += weight * low;
      highs += weight * high;
      if (low === 0 && high >= extent) continue;
      cuts++;
      cutWeight = weight;
      cutExtent = extent;
      cutLow = low;
      cutHigh = high;
    }
    this.translations[into] = translation;
    set[1] = 0;
    set[2] = 0;
    set[3] = 0;
    set[0] = box;
    const whole = this.deltaOf(tile);
    this.wholes[into] = whole;
    if (hole === 0) this.keeps[into] = whole;
    else if (hole === tile) this.keeps[into] = 0;
    else {
      // What is left: a box where one rank is cut at one end, else the tile with a hole. So equal sets have one name.
      if (cuts === 1 && cutLow === 0) {
        set[0] = box - cutWeight * cutHigh;
        set[3] = cutWeight * cutHigh;
      } else if (cuts === 1 && cutHigh === cutExtent) set[0] = box - cutWeight * (cutExtent - cutLow);
      else {
        set[1] = lows;
        set[2] = highs;
      }
      this.keeps[into] = this.deltaOf(tile - hole);
    }
  }

  private deltaOf(words: number): number {
    const delta = this.deltas.numberOf(this.set);
    this.deltaWords = withRoom(this.deltaWords, delta + 1);
    this.deltaWords[delta] = words;
    return delta;
  }
}
