import { copyPoint, type MapspacePoint } from "../../mapspace/point.ts";
import type { Prng } from "../../numeric/prng.ts";
import { copyRecord, NetworkDesign } from "./design.ts";
import type { Move, Neighbourhood } from "./moves.ts";
import type { LayerRecord, Network, NetworkCost } from "./network.ts";

/** Improves the mappings of a design one layer at a time by small moves; the hardware follows. */
export class LocalSearch {
  private readonly network: Network;
  private readonly neighbourhoods: readonly Neighbourhood[];
  private readonly random: Prng;
  /** Evaluations of the network at which it stops. */
  private readonly end: number;
  private readonly trial: readonly MapspacePoint[];
  private readonly kept: readonly MapspacePoint[];
  private readonly record: LayerRecord;
  private readonly keptRecord: LayerRecord;
  private whole: NetworkDesign | undefined;
  private readonly cost: NetworkCost = { energyPj: 0, cycles: 0, value: 0 };
  private readonly keptCost: NetworkCost = { energyPj: 0, cycles: 0, value: 0 };

  constructor(
    network: Network,
    neighbourhoods: readonly Neighbourhood[],
    random: Prng,
    end = Number.POSITIVE_INFINITY,
  ) {
    this.end = end;
    this.network = network;
    this.neighbourhoods = neighbourhoods;
    this.random = random;
    this.trial = network.layers.map(({ mapspace }) => mapspace.createPoint());
    this.kept = network.layers.map(({ mapspace }) => mapspace.createPoint());
    this.record = network.emptyRecord();
    this.keptRecord = network.emptyRecord();
  }

  /** First-improvement descent of one layer until no move helps or `budget` evaluations are spent. */
  descend(design: NetworkDesign, index: number, budget: number): boolean {
    const point = design.points[index];
    const moves = this.neighbourhoods[index];
    const until = Math.min(this.end, this.network.evaluations + budget);
    let improved = false;
    let list = this.shuffled(moves.list(point));
    for (let i = 0; i < list.length && this.network.evaluations < until; i++) {
      if (!this.tryMoves(design, index, [list[i]])) continue;
      improved = true;
      list = this.shuffled(moves.list(point));
      i = -1;
    }
    return improved;
  }

  /** A few random moves at once, then a descent; taken back where it does not end better. */
  kick(design: NetworkDesign, index: number, strength: number, budget: number): boolean {
    const point = design.points[index];
    copyPoint(point, this.kept[index]);
    copyRecord(design.records[index], this.keptRecord);
    Object.assign(this.keptCost, design.cost);
    const before = design.excess;
    for (let k = 0; k < strength; k++) {
      const list = this.neighbourhoods[index].list(point);
      if (list.length > 0) this.neighbourhoods[index].apply(list[this.random.below(list.length)], point);
    }
    this.network.record(index, point, design.records[index]);
    this.network.cost(design.records, design.cost);
    this.descend(design, index, budget);
    if (better(design.excess, design.cost.value, before, this.keptCost.value)) return true;
    copyPoint(this.kept[index], point);
    copyRecord(this.keptRecord, design.records[index]);
    Object.assign(design.cost, this.keptCost);
    return false;
  }

  /**
   * Fits all layers into a smaller buffer at once: those that need more shrink their tiles first and then look for
   * better mappings within. Taken back where the network does not gain.
   */
  shrink(design: NetworkDesign, level: number, share: number, budget: number): boolean {
    const { network } = this;
    const buffering = network.bufferingOf(level);
    const most = design.records.reduce((words, record) => Math.max(words, record.neededWords[level]), 0);
    const limit = Math.floor((share * most) / buffering);
    if (limit < 1) return false;
    this.whole ??= new NetworkDesign(network);
    this.whole.copyFrom(design);
    network.limit(level, limit);
    const affected: number[] = [];
    design.records.forEach((record, i) => {
      if (record.neededWords[level] <= limit * buffering) return;
      affected.push(i);
      network.record(i, design.points[i], record);
    });
    network.cost(design.records, design.cost);
    // First until all fit, then for the network's sake.
    for (const i of [...affected, ...affected]) this.descend(design, i, budget);
    network.limit(level);
    if (better(design.excess, design.cost.value, this.whole.excess, this.whole.cost.value)) return true;
    design.copyFrom(this.whole);
    return false;
  }

  private tryMoves(design: NetworkDesign, index: number, list: readonly Move[]): boolean {
    const trial = copyPoint(design.points[index], this.trial[index]);
    for (const move of list) if (!this.neighbourhoods[index].apply(move, trial)) return false;
    this.network.record(index, trial, this.record);
    const old = design.records[index];
    if (this.record.excess > old.excess) return false;
    this.network.cost(design.records, this.cost, index, this.record);
    if (!better(this.record.excess, this.cost.value, old.excess, design.cost.value)) return false;
    copyPoint(trial, design.points[index]);
    copyRecord(this.record, design.records[index]);
    Object.assign(design.cost, this.cost);
    return true;
  }

  private shuffled(moves: Move[]): Move[] {
    for (let i = moves.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      const move = moves[i];
      moves[i] = moves[j];
      moves[j] = move;
    }
    return moves;
  }
}

function better(excess: number, value: number, thanExcess: number, thanValue: number): boolean {
  if (excess !== thanExcess) return excess < thanExcess;
  return value < thanValue * (1 - 1e-12);
}
