import { type FreeBuffer, type HardwareSpace, lawSlope } from "../../model/relaxed/hardware.ts";
import type { RelaxedLayer } from "../../model/relaxed/layer.ts";
import type { LevelPrices } from "../../model/relaxed/prices.ts";

const prices = ["read", "fill", "update", "leak"] as const satisfies readonly (keyof FreeBuffer & keyof LevelPrices)[];

/** How an amount of a layer, such as its energy, moves with the sizes of the hardware. */
export class SizeSlopes {
  /** By pJ, `price · levels + level`. */
  readonly byPrice: Float64Array;
  /** By the logarithm of each free side. */
  readonly bySide: Float64Array;
  private readonly levels: number;

  constructor({ template, sides }: HardwareSpace) {
    this.levels = template.storage.length;
    this.byPrice = new Float64Array(prices.length * this.levels);
    this.bySide = new Float64Array(sides.length);
  }

  clear(): this {
    this.byPrice.fill(0);
    this.bySide.fill(0);
    return this;
  }

  add(other: SizeSlopes, weight: number): void {
    for (let i = 0; i < this.byPrice.length; i++) this.byPrice[i] += weight * other.byPrice[i];
    for (let g = 0; g < this.bySide.length; g++) this.bySide[g] += weight * other.bySide[g];
  }

  /** By the words of one instance of a level. */
  byWords(level: number, buffer: FreeBuffer, words: number): number {
    let slope = 0;
    for (let k = 0; k < prices.length; k++) {
      const amount = this.byPrice[k * this.levels + level];
      if (amount !== 0) slope += amount * lawSlope(buffer[prices[k]], words);
    }
    return slope;
  }
}

/** Slopes of the energy and of the cycles of a layer that was costed last; both are overwritten. */
export function takeSizeSlopes(
  layer: RelaxedLayer,
  { leak, latency }: LevelPrices,
  { bandwidthSide }: HardwareSpace,
  ofEnergy: SizeSlopes,
  ofCycles: SizeSlopes,
): void {
  const { levels } = layer;
  ofEnergy.clear();
  ofCycles.clear();
  [layer.reads, layer.fills, layer.updates, layer.leaks].forEach((amounts, k) => {
    ofEnergy.byPrice.set(amounts, k * levels);
  });
  let leakPerCycle = 0;
  for (let l = 0; l < levels; l++) leakPerCycle += (leak[l] * layer.leaks[l]) / (layer.cycles - latency);
  for (let l = 0; l < levels; l++) {
    const g = bandwidthSide[l];
    if (g < 0) continue;
    const slope = -layer.levelShare[l] * layer.levelCycles[l];
    ofCycles.bySide[g] += slope;
    ofEnergy.bySide[g] += leakPerCycle * slope;
  }
}
