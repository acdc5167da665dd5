import { copyPoint } from "../../mapspace/point.ts";
import type { HardwareSizes } from "../../model/relaxed/hardware.ts";
import type { Prng } from "../../numeric/prng.ts";
import type { NetworkDesign } from "./design.ts";
import { loadPoint, type Network } from "./network.ts";
import { candidateOrders } from "./orders.ts";
import { type LayerVariables, layerVariables } from "./variables.ts";

/** Sizes that a start's mappings must fit: words at once by level, and sides. */
interface Limits {
  words: Float64Array;
  sides: Float64Array;
}

/** Hardware of sides 2¹…2⁷ and memories of 2⁰…2¹¹ KiB over all their instances, drawn evenly (DOSA, Sec. 6.1). */
export function drawSizes(network: Network, random: Prng): HardwareSizes {
  return sizesOf(
    network,
    () => 2 ** (1 + random.below(7)),
    () => 2 ** random.below(12),
  );
}

/** Hardware of given sides and KiB per memory over all its instances; both by their place among the free ones. */
export function sizesOf(
  network: Network,
  sideOf: (index: number) => number,
  kilobytesOf: (index: number) => number,
): HardwareSizes {
  const { space } = network;
  const sides = space.sides.map(({ most }, g) => Math.min(most, sideOf(g)));
  let at = 0;
  const capacityWords = space.buffers.map((buffer, l) => {
    const level = space.template.storage[l];
    if (buffer === null) return null;
    let instances = level.instances;
    space.sides.forEach((side, g) => {
      for (const axis of side.axes) if (axis.level > l) instances = (instances / side.size) * sides[g];
    });
    return Math.max(1, Math.floor((kilobytesOf(at++) * 8192) / level.wordBits / instances));
  });
  return { capacityWords, sides };
}

function limitsOf(network: Network, sizes: HardwareSizes): Limits {
  const words = Float64Array.from(sizes.capacityWords, (own, l) =>
    own === null ? network.capacityOf(l) : Math.floor(own / network.bufferingOf(l)),
  );
  return { words, sides: Float64Array.from(sizes.sides) };
}

/**
 * A random design: random hardware within the space's freedom, and for each layer the best of a few mappings that fill
 * it: from everything in the outermost loops, prime by prime inwards, spatial first, while it fits.
 */
export function randomDesign(network: Network, random: Prng, design: NetworkDesign, fillings = 1): void {
  const sizes = drawSizes(network, random);
  const limits = limitsOf(network, sizes);
  network.layers.forEach(({ mapspace }, i) => {
    const point = design.points[i];
    const kept = fillings > 1 ? mapspace.createPoint() : null;
    let least = Number.POSITIVE_INFINITY;
    for (let f = 0; f < fillings; f++) {
      randomMapping(network, random, design, i, limits);
      if (kept === null) break;
      const value = network.layerValue(i, network.record(i, point, design.records[i]), sizes);
      if (f > 0 && value >= least) continue;
      least = value;
      copyPoint(point, kept);
    }
    if (kept !== null) copyPoint(kept, point);
  });
  design.refresh();
}

/** Draws that the hardware cannot hold, one after the other, before it is given up (Timeloop's mapper does likewise). */
const patience = 1000;

/** Draws a mapping of one layer evenly from its mapspace until one fits hardware of given sizes; false where none did. */
export function drawMapping(
  network: Network,
  random: Prng,
  design: NetworkDesign,
  index: number,
  sizes: HardwareSizes,
): boolean {
  const limits = limitsOf(network, sizes);
  const { mapspace } = network.layers[index];
  const point = design.points[index];
  const { orders } = mapspace.rules;
  // Orders change nothing about what fits: they are drawn last.
  for (let t = 0; t < patience; t++) {
    mapspace.sampleFactors(random, point);
    mapspace.sampleKeep(random, point);
    if (!holds(network, design, index, limits)) continue;
    for (let level = 0; level < orders.length; level++) mapspace.sampleOrder(random, point, level);
    return true;
  }
  return false;
}

function randomMapping(network: Network, random: Prng, design: NetworkDesign, index: number, limits: Limits): void {
  const { mapspace } = network.layers[index];
  const { rules } = mapspace;
  const nd = mapspace.workload.dimensions.length;
  const point = design.points[index];
  const variables = layerVariables(mapspace);
  mapspace.sample(random, point);
  point.factors.fill(1);
  point.bounds.set(mapspace.workload.dimensions.map((d) => d.bound));
  for (let l = 0; l < network.levels; l++) {
    const orders = candidateOrders(mapspace, l, false);
    const order = orders[random.below(orders.length)];
    point.orders.set(order, l * nd);
  }
  for (const { level, axis, x } of rules.spreads) {
    for (let d = 0; d < nd; d++) {
      point.alongY[level * nd + d] = axis[d] === 2 || (axis[d] === 0 && (x === 1 || random.below(2) === 1)) ? 1 : 0;
    }
  }
  for (const { slot, factor } of variables.fixed) point.factors[slot] = factor;
  for (const { slot, dimension, bound } of variables.implied) {
    let rest = bound;
    for (const fixed of variables.fixed) if (fixed.slot % nd === dimension) rest /= fixed.factor;
    point.factors[slot] = rest;
  }
  fill(network, random, design, index, limits, variables);
  point.residuals.set(point.factors);
}

function fill(
  network: Network,
  random: Prng,
  design: NetworkDesign,
  index: number,
  limits: Limits,
  { free }: LayerVariables,
): void {
  const point = design.points[index];
  const nd = network.relaxed[index].dimensions;
  const spatial = (slot: number) => Math.floor(slot / nd) % 2 === 0;
  // Spatial first, then temporal from inside; in random order within.
  const list = [...free].map((variable) => ({
    variable,
    key: (spatial(variable.slot) ? 0 : 10 + Math.floor(variable.slot / nd)) + random.next(),
  }));
  list.sort((a, b) => a.key - b.key);
  for (const { variable } of list) {
    let prime = 2;
    while (prime <= point.factors[variable.implied]) {
      if (point.factors[variable.implied] % prime !== 0) {
        prime++;
        continue;
      }
      // Some slots stay empty now and then, so that starts differ.
      const skip = !spatial(variable.slot) && random.below(4) === 0;
      point.factors[variable.slot] *= prime;
      point.factors[variable.implied] /= prime;
      if (!skip && point.factors[variable.slot] <= variable.max && holds(network, design, index, limits)) continue;
      point.factors[variable.slot] /= prime;
      point.factors[variable.implied] *= prime;
      prime++;
    }
  }
  for (const variable of free) raise(point.factors, variable);
}

/** Lifts a factor to its least, where a constraint states one, by primes of the implied one. */
function raise(factors: Int32Array, { slot, implied, min }: { slot: number; implied: number; min: number }): void {
  for (let prime = 2; factors[slot] < min && prime <= factors[implied]; ) {
    if (factors[implied] % prime !== 0) prime++;
    else {
      factors[slot] *= prime;
      factors[implied] /= prime;
    }
  }
}

function holds(network: Network, design: NetworkDesign, index: number, limits: Limits): boolean {
  const { rules } = network.layers[index].mapspace;
  const point = design.points[index];
  const layer = network.relaxed[index];
  const nd = layer.dimensions;
  for (const { level, x, y, most } of rules.spreads) {
    const used = [1, 1];
    for (let d = 0; d < nd; d++) used[point.alongY[level * nd + d]] *= point.factors[2 * level * nd + d];
    const available = [x, y];
    network.space.sides.forEach((side, g) => {
      for (const axis of side.axes) if (axis.level === level) available[axis.y ? 1 : 0] = limits.sides[g];
    });
    if (used[0] > available[0] || used[1] > available[1] || used[0] * used[1] > most) return false;
  }
  loadPoint(layer, point);
  layer.measure();
  for (let l = 0; l < network.levels; l++) if (layer.heldWords[l] > limits.words[l]) return false;
  return true;
}
