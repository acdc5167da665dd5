import { Adam } from "../../numeric/adam.ts";
import type { NetworkDesign } from "./design.ts";
import type { Network } from "./network.ts";
import { candidateOrders } from "./orders.ts";
import { Relaxation, type RelaxationOptions } from "./relaxation.ts";
import { Rounding } from "./rounding.ts";

/** Gradient descent from a design and back to one. */
export class Descent {
  readonly relaxation: Relaxation;
  readonly rounding: Rounding;
  private readonly adam: Adam;
  private readonly network: Network;
  private readonly rate: number;

  constructor(network: Network, options: RelaxationOptions & { rate: number }) {
    this.network = network;
    this.relaxation = new Relaxation(network, options);
    this.rounding = new Rounding(network, this.relaxation.variables);
    this.adam = new Adam(this.relaxation.x.length);
    this.rate = options.rate;
  }

  /** Starts from the mappings of a design, moments forgotten. */
  from(design: NetworkDesign): void {
    this.adam.reset();
    design.points.forEach((point, i) => {
      this.relaxation.choose(i, point);
      this.relaxation.setFactors(i, point.factors);
    });
    if (this.relaxation.blends.length === 0) {
      this.relaxation.blends = this.network.layers.map((_, i) => outermostOrders(this.network, i, design));
    }
  }

  /** One step of Adam; the objective before it. */
  step(scale = 1): number {
    const value = this.relaxation.evaluate();
    this.adam.step(this.relaxation.x, this.relaxation.gradient, this.rate * scale);
    return value;
  }

  /** Evaluations of the network that `round` takes at most. */
  roundCost(lookAhead: boolean): number {
    return 1 + (lookAhead ? this.rounding.lookingAheadEvaluations / this.network.layers.length : 0);
  }

  /** Rounds all layers into `design`, whose records are then those of the rounded mappings. */
  round(design: NetworkDesign, lookAhead: boolean): void {
    const { network } = this;
    for (let i = 0; i < network.layers.length; i++) {
      const factors = this.relaxation.loadFactors(i).slice();
      if (lookAhead) this.rounding.lookingAhead(i, factors, design);
      else this.rounding.nearest(i, factors, design.points[i]);
      network.record(i, design.points[i], design.records[i]);
    }
    network.cost(design.records, design.cost);
  }
}

/** Whole orders of a layer in which only the outermost level's differ. */
export function outermostOrders(network: Network, index: number, design: NetworkDesign): Uint8Array[] {
  const top = network.levels - 1;
  const nd = network.relaxed[index].dimensions;
  return candidateOrders(network.layers[index].mapspace, top, false).map((order) => {
    const all = design.points[index].orders.slice();
    all.set(order, top * nd);
    return all;
  });
}

/** Evaluations of the network that `chooseOutermostOrders` takes at most. */
export function orderCost(network: Network): number {
  const top = network.levels - 1;
  const counts = network.layers.map(({ mapspace }) => candidateOrders(mapspace, top, false).length);
  return 1 + Math.max(...counts);
}

/** Gives every layer the stationarity at the outermost level that costs the network least (DOSA, Sec. 5.2). */
export function chooseOutermostOrders(network: Network, design: NetworkDesign): void {
  const trial = network.emptyRecord();
  const cost = { energyPj: 0, cycles: 0, value: 0 };
  for (let i = 0; i < network.layers.length; i++) {
    const point = design.points[i];
    let best: Uint8Array = point.orders.slice();
    let least = Number.POSITIVE_INFINITY;
    for (const orders of outermostOrders(network, i, design)) {
      point.orders.set(orders);
      network.record(i, point, trial);
      network.cost(design.records, cost, i, trial);
      if (cost.value < least) {
        least = cost.value;
        best = orders;
      }
    }
    point.orders.set(best);
    network.record(i, point, design.records[i]);
  }
  network.cost(design.records, design.cost);
}
