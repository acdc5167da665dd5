import { relaxedLearnedCycles } from "../../model/learned/relaxed.ts";
import { lawValue } from "../../model/relaxed/hardware.ts";
import type { RelaxedLayer } from "../../model/relaxed/layer.ts";
import { type LevelPrices, pricesOf } from "../../model/relaxed/prices.ts";
import { spatialSlot } from "../../model/relaxed/space.ts";
import { maximum } from "./maximum.ts";
import type { Network } from "./network.ts";
import { SizeSlopes, takeSizeSlopes } from "./size-slopes.ts";
import { type LayerVariables, layerVariables } from "./variables.ts";

export interface RelaxationOptions {
  /** Are the variables the factors (as published) or their logarithms? */
  domain: "linear" | "log";
  /** Weight of the penalty on what no hardware or mapspace allows. */
  penalty: number;
  /** Exponent of smooth maxima over layers and bottlenecks; `Infinity`: plain maxima. */
  sharpness: number;
  /** Temperature of the blend of loop orders; 0: each layer keeps its order. */
  orderTemperature: number;
}

interface LayerChoice {
  /** Orders of all levels, one after the other. */
  orders: Uint8Array;
  keep: Int32Array;
  alongY: Uint8Array;
}

/**
 * log EDP (or energy, or latency) of a network on its smallest hardware as a function of real tiling factors, with
 * its gradient; loop orders and kept levels are given, or orders are blended by a softmax over their EDP.
 */
export class Relaxation {
  readonly x: Float64Array;
  readonly gradient: Float64Array;
  readonly variables: readonly LayerVariables[];
  /** First variable of each layer in `x`. */
  readonly offsets: readonly number[];
  energyPj = 0;
  cycles = 0;
  penalty = 0;
  /** Orders to blend per layer; set by the caller where `orderTemperature` > 0. */
  blends: readonly (readonly Uint8Array[])[] = [];
  private readonly network: Network;
  private readonly options: RelaxationOptions;
  private readonly prices: readonly LevelPrices[];
  private readonly bySlot: readonly Float64Array[];
  private readonly energySlopes: readonly Float64Array[];
  private readonly cycleSlopes: readonly Float64Array[];
  private readonly alongY: readonly Uint8Array[];
  private readonly energyBySize: readonly SizeSlopes[];
  private readonly cyclesBySize: readonly SizeSlopes[];
  private readonly sideUse: Float64Array;
  private readonly sideShare: Float64Array;
  private readonly heldShare: Float64Array;
  private readonly sizes: Float64Array;
  private readonly sides: Float64Array;

  constructor(network: Network, options: RelaxationOptions) {
    this.network = network;
    this.options = options;
    this.variables = network.layers.map(({ mapspace }) => layerVariables(mapspace));
    const offsets: number[] = [];
    let size = 0;
    for (const { free } of this.variables) {
      offsets.push(size);
      size += free.length;
    }
    this.offsets = offsets;
    this.x = new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.prices = network.layers.map(({ mapspace }) => {
      const prices = pricesOf(network.space.template, mapspace.workload);
      prices.clusters.set(network.countPrices[0].clusters);
      return prices;
    });
    const slots = () => network.relaxed.map((layer) => new Float64Array(layer.factors.length));
    this.bySlot = slots();
    this.energySlopes = slots();
    this.cycleSlopes = slots();
    this.alongY = network.relaxed.map((layer) => new Uint8Array(layer.levels * layer.dimensions));
    const { levels } = network;
    const n = network.layers.length;
    const g = network.space.sides.length;
    this.energyBySize = network.layers.map(() => new SizeSlopes(network.space));
    this.cyclesBySize = network.layers.map(() => new SizeSlopes(network.space));
    this.sideUse = new Float64Array(n * g);
    this.sideShare = new Float64Array(n * g);
    this.heldShare = new Float64Array(n * levels);
    this.sizes = new Float64Array(levels);
    this.sides = new Float64Array(g);
  }

  /** Orders, kept levels and axes of a layer. */
  choose(index: number, choice: LayerChoice): void {
    const layer = this.network.relaxed[index];
    layer.orders.set(choice.orders);
    for (let l = 0; l < layer.levels; l++) {
      for (let v = 0; v < layer.spaces; v++) layer.keep[l * layer.spaces + v] = (choice.keep[l] >> v) & 1;
    }
    this.alongY[index].set(choice.alongY);
  }

  /** Sets the variables of a layer to given factors. */
  setFactors(index: number, factors: ArrayLike<number>): void {
    this.variables[index].free.forEach(({ slot }, i) => {
      this.x[this.offsets[index] + i] = this.options.domain === "log" ? Math.log(factors[slot]) : factors[slot];
    });
  }

  /** Factors of a layer at `x`, written into the relaxed layer. */
  loadFactors(index: number): Float64Array {
    const { free, fixed, implied } = this.variables[index];
    const { factors } = this.network.relaxed[index];
    factors.fill(1);
    for (const { slot, factor } of fixed) factors[slot] = factor;
    const at = this.offsets[index];
    const linear = this.options.domain === "linear";
    for (let i = 0; i < free.length; i++) {
      const x = this.x[at + i];
      // A factor below a twentieth is as infeasible as one can be: the penalty brings it back.
      factors[free[i].slot] = linear ? Math.max(0.05, x) : Math.exp(Math.min(14, Math.max(-3, x)));
    }
    const nd = this.network.relaxed[index].dimensions;
    for (const { slot, dimension, bound } of implied) {
      let product = 1;
      for (let s = dimension; s < factors.length; s += nd) if (s !== slot) product *= factors[s];
      factors[slot] = bound / product;
    }
    return factors;
  }

  /** Evaluates the objective at `x` and fills `gradient`. */
  evaluate(): number {
    const { network, options } = this;
    const n = network.layers.length;
    this.penalty = 0;
    for (const list of this.bySlot) list.fill(0);
    this.measure();
    let energy = 0;
    let cycles = 0;
    for (let i = 0; i < n; i++) {
      network.evaluations++;
      const { count } = network.layers[i];
      const [e, c] = this.layerCost(i);
      energy += count * e;
      cycles += count * c;
    }
    this.energyPj = energy;
    this.cycles = cycles;
    const byEnergy = network.objective === "latency" ? 0 : 1 / energy;
    const byCycles = network.objective === "energy" ? 0 : 1 / cycles;
    for (let i = 0; i < n; i++) {
      const { count } = network.layers[i];
      const into = this.bySlot[i];
      const e = count * byEnergy;
      const c = count * byCycles;
      for (let s = 0; s < into.length; s++) into[s] += e * this.energySlopes[i][s] + c * this.cycleSlopes[i][s];
    }
    this.pushSizes(byEnergy, byCycles);
    this.pushPenalties();
    this.collect();
    const objective = (byEnergy > 0 ? Math.log(energy) : 0) + (byCycles > 0 ? Math.log(cycles) : 0);
    return objective + options.penalty * this.penalty;
  }

  /** Sizes of the hardware, each with its share per layer (sub-gradient of a plain maximum: the first layer). */
  private measure(): void {
    const { network } = this;
    const { levels, space } = network;
    const n = network.layers.length;
    for (let i = 0; i < n; i++) {
      this.loadFactors(i);
      network.relaxed[i].measure();
      this.useSides(i);
    }
    const own = new Float64Array(n);
    for (let l = 0; l < levels; l++) {
      if (space.buffers[l] === null) continue;
      for (let i = 0; i < n; i++) own[i] = network.relaxed[i].heldWords[l] * network.bufferingOf(l);
      this.sizes[l] = Math.max(1, maximum(own, this.options.sharpness, this.heldShare, l, levels));
    }
    const g = space.sides.length;
    for (let j = 0; j < g; j++) {
      for (let i = 0; i < n; i++) own[i] = this.sideUse[i * g + j];
      this.sides[j] = Math.max(1, maximum(own, this.options.sharpness, this.sideShare, j, g));
    }
    for (let i = 0; i < n; i++) this.setPrices(this.prices[i]);
  }

  private setPrices(prices: LevelPrices): void {
    const { space, levels } = this.network;
    for (let l = 0; l < levels; l++) {
      const buffer = space.buffers[l];
      const level = space.template.storage[l];
      if (buffer !== null) {
        prices.read[l] = lawValue(buffer.read, this.sizes[l]);
        prices.fill[l] = lawValue(buffer.fill, this.sizes[l]);
        prices.update[l] = lawValue(buffer.update, this.sizes[l]);
        prices.leak[l] = lawValue(buffer.leak, this.sizes[l]);
      }
      const g = space.bandwidthSide[l];
      if (g < 0) continue;
      const grow = this.sides[g] / space.sides[g].size;
      prices.readBandwidth[l] = (level.readBandwidth ?? Number.POSITIVE_INFINITY) * grow;
      prices.writeBandwidth[l] = (level.writeBandwidth ?? Number.POSITIVE_INFINITY) * grow;
      prices.sharedBandwidth[l] = (level.sharedBandwidth ?? Number.POSITIVE_INFINITY) * grow;
    }
  }

  /** Spatial product along each free side; where a side has several axes, their largest. */
  private useSides(index: number): void {
    const { sides } = this.network.space;
    for (let g = 0; g < sides.length; g++) {
      let most = 1;
      for (const { level, y } of sides[g].axes) most = Math.max(most, this.axisProduct(index, level, y));
      this.sideUse[index * sides.length + g] = most;
    }
  }

  private axisProduct(index: number, level: number, y: boolean): number {
    const layer = this.network.relaxed[index];
    const nd = layer.dimensions;
    let product = 1;
    for (let d = 0; d < nd; d++) {
      if ((this.alongY[index][level * nd + d] === 1) === y)
        product *= layer.factors[(2 * level + spatialSlot) * nd + d];
    }
    return product;
  }

  private layerCost(i: number): [number, number] {
    const layer = this.network.relaxed[i];
    const blend = this.options.orderTemperature > 0 ? this.blends[i] : undefined;
    if (blend === undefined || blend.length < 2) {
      const cycles = this.costOrders(i, this.cycleSlopes[i], this.energyBySize[i], this.cyclesBySize[i]);
      this.energySlopes[i].set(layer.energyGradient);
      return [layer.energyPj, cycles];
    }
    // Softmax over −log EDP: weights, then the blend of costs and slopes with the slopes of the weights.
    const costs = blend.map((orders) => {
      layer.orders.set(orders);
      const byCycles = new Float64Array(layer.factors.length);
      const energyBySize = new SizeSlopes(this.network.space);
      const cyclesBySize = new SizeSlopes(this.network.space);
      const cycles = this.costOrders(i, byCycles, energyBySize, cyclesBySize);
      return {
        energy: layer.energyPj,
        cycles,
        score: -(Math.log(layer.energyPj) + Math.log(cycles)) / this.options.orderTemperature,
        byEnergy: layer.energyGradient.slice(),
        byCycles,
        energyBySize,
        cyclesBySize,
      };
    });
    this.network.evaluations += blend.length - 1;
    const best = Math.max(...costs.map((cost) => cost.score));
    const sum = costs.reduce((total, cost) => total + Math.exp(cost.score - best), 0);
    const weights = costs.map((cost) => Math.exp(cost.score - best) / sum);
    let energy = 0;
    let cycles = 0;
    costs.forEach((cost, k) => {
      energy += weights[k] * cost.energy;
      cycles += weights[k] * cost.cycles;
    });
    const ofEnergy = this.energySlopes[i].fill(0);
    const ofCycles = this.cycleSlopes[i].fill(0);
    const energyBySize = this.energyBySize[i].clear();
    const cyclesBySize = this.cyclesBySize[i].clear();
    costs.forEach((cost, k) => {
      // d blend / d score_k = w_k · (cost_k − blend); d score_k = −(dE/E + dC/C) / T.
      const t = -weights[k] / this.options.orderTemperature;
      const energyByEnergy = weights[k] + (t * (cost.energy - energy)) / cost.energy;
      const energyByCycles = (t * (cost.energy - energy)) / cost.cycles;
      const cyclesByEnergy = (t * (cost.cycles - cycles)) / cost.energy;
      const cyclesByCycles = weights[k] + (t * (cost.cycles - cycles)) / cost.cycles;
      for (let s = 0; s < ofEnergy.length; s++) {
        ofEnergy[s] += energyByEnergy * cost.byEnergy[s] + energyByCycles * cost.byCycles[s];
        ofCycles[s] += cyclesByEnergy * cost.byEnergy[s] + cyclesByCycles * cost.byCycles[s];
      }
      energyBySize.add(cost.energyBySize, energyByEnergy);
      energyBySize.add(cost.cyclesBySize, energyByCycles);
      cyclesBySize.add(cost.energyBySize, cyclesByEnergy);
      cyclesBySize.add(cost.cyclesBySize, cyclesByCycles);
    });
    return [energy, cycles];
  }

  /** Costs a layer in the orders it has; its cycles, their slopes by the factors, and those of both by the sizes. */
  private costOrders(i: number, byCycles: Float64Array, energyBySize: SizeSlopes, cyclesBySize: SizeSlopes): number {
    const layer = this.network.relaxed[i];
    layer.cost(this.prices[i], { whole: false, sharpness: this.options.sharpness, elision: true }, true);
    takeSizeSlopes(layer, this.prices[i], this.network.space, energyBySize, cyclesBySize);
    return this.cyclesOf(layer, byCycles);
  }

  /** Cycles of a layer after its cost, as learned where a model is given; their slopes are written into `slopes`. */
  private cyclesOf(layer: RelaxedLayer, slopes: Float64Array): number {
    const { latency } = this.network;
    if (latency !== null) return relaxedLearnedCycles(latency, layer, slopes);
    slopes.set(layer.cyclesGradient);
    return layer.cycles;
  }

  /** Through the energies of free buffers and the bandwidths of free sides to the layers that size them. */
  private pushSizes(byEnergy: number, byCycles: number): void {
    const { network } = this;
    const { space, levels } = network;
    const n = network.layers.length;
    const sumOf = (slopeOf: (slopes: SizeSlopes) => number) => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const own = byEnergy * slopeOf(this.energyBySize[i]) + byCycles * slopeOf(this.cyclesBySize[i]);
        sum += network.layers[i].count * own;
      }
      return sum;
    };
    for (let l = 0; l < levels; l++) {
      const buffer = space.buffers[l];
      if (buffer === null || this.sizes[l] <= 1) continue;
      const slope = network.bufferingOf(l) * sumOf((slopes) => slopes.byWords(l, buffer, this.sizes[l]));
      for (let i = 0; i < n; i++) {
        const share = this.heldShare[i * levels + l];
        if (share > 0) network.relaxed[i].addHeldGradient(l, slope * share, this.bySlot[i]);
      }
    }
    const g = space.sides.length;
    for (let j = 0; j < g; j++) {
      if (this.sides[j] <= 1) continue;
      const slope = sumOf(({ bySide }) => bySide[j]);
      for (let i = 0; i < n; i++) {
        const share = this.sideShare[i * g + j];
        if (share > 0) this.pushSide(i, j, (slope * share * this.sideUse[i * g + j]) / this.sides[j]);
      }
    }
  }

  /** Adds `amount` · d log(use of side j) / d log factor. */
  private pushSide(i: number, j: number, amount: number): void {
    const { sides } = this.network.space;
    const use = this.sideUse[i * sides.length + j];
    const axis = sides[j].axes.find(({ level, y }) => this.axisProduct(i, level, y) === use);
    if (axis !== undefined) this.pushAxis(i, axis.level, axis.y, amount);
  }

  private pushAxis(i: number, level: number, y: boolean, amount: number): void {
    const nd = this.network.relaxed[i].dimensions;
    for (let d = 0; d < nd; d++) {
      if ((this.alongY[i][level * nd + d] === 1) === y) this.bySlot[i][(2 * level + spatialSlot) * nd + d] += amount;
    }
  }

  private pushPenalties(): void {
    const { network } = this;
    for (let i = 0; i < network.layers.length; i++) {
      const layer = network.relaxed[i];
      const { free, implied } = this.variables[i];
      for (const { slot, min, max } of free) this.pushRange(i, slot, min, max);
      for (const { slot, min, max } of implied) this.pushRange(i, slot, min, max);
      const { rules } = network.layers[i].mapspace;
      for (const { level, x, y } of rules.spreads) {
        for (const along of [false, true]) {
          const over = Math.log(this.axisProduct(i, level, along) / (along ? y : x));
          if (over > 0) this.pushAxis(i, level, along, this.penalise(over));
        }
      }
      for (let l = 0; l < network.levels; l++) {
        const capacity = network.capacityOf(l);
        if (layer.heldWords[l] <= capacity) continue;
        const slope = this.penalise(Math.log(layer.heldWords[l] / capacity));
        layer.addHeldGradient(l, slope / layer.heldWords[l], this.bySlot[i]);
      }
    }
  }

  /** Adds `excess²` to the penalty; returns the slope of the objective by `excess`. */
  private penalise(excess: number): number {
    this.penalty += excess * excess;
    return 2 * this.options.penalty * excess;
  }

  private pushRange(i: number, slot: number, min: number, max: number): void {
    const factor = this.network.relaxed[i].factors[slot];
    if (this.options.domain === "linear") {
      if (factor < min) this.bySlot[i][slot] -= this.penalise(min - factor) * factor;
      else if (factor > max) this.bySlot[i][slot] += this.penalise(Math.log(factor / max));
      return;
    }
    if (factor < min) this.bySlot[i][slot] -= this.penalise(Math.log(min / factor));
    else if (factor > max) this.bySlot[i][slot] += this.penalise(Math.log(factor / max));
  }

  /** From logarithms of all factors to the variables; the implied factor moves against each. */
  private collect(): void {
    const linear = this.options.domain === "linear";
    for (let i = 0; i < this.variables.length; i++) {
      const { free } = this.variables[i];
      const from = this.bySlot[i];
      const { factors } = this.network.relaxed[i];
      for (let k = 0; k < free.length; k++) {
        const slope = from[free[k].slot] - from[free[k].implied];
        this.gradient[this.offsets[i] + k] = linear ? slope / factors[free[k].slot] : slope;
      }
    }
  }
}
