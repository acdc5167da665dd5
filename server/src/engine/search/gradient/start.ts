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

/** Hardware a search considers: sides, and memories as whole words per instance. */
export function drawSizes(network: Network, random: Prng): HardwareSizes {
  return sizesOf(network, () => random.next());
}

/** Hardware from numbers in [0, 1), one per free side, then one per free buffer: sides 2¹…2⁷, memories 2⁰…2¹¹ KiB. */
export function sizesOf(network: Network, next: (index: number) => number): HardwareSizes {
  const { space } = network;
  const sides = space.sides.map(({ most }, g) => Math.min(most, 2 ** (1 + Math.floor(7 * next(g)))));
  let at = space.sides.length;
  const capacityWords = space.buffers.map((buffer, l) => {
    const level = space.template.storage[l];
    if (buffer === null) return null;
    const kilobytes = 2 ** Math.floor(12 * next(at++));
    let instances = level.instances;
    space.sides.forEach((side, g) => {
      for (const axis of side.axes) if (axis.level > l) instances = (instances / side.size) * sides[g];
    });
    return Math.max(1, Math.floor((kilobytes * 8192) / level.wordBits / instances));
  });
  return { capacityWords, sides };
}

/** Random hardware: sides 2¹…2⁷, memories 2⁰…2¹¹ KiB over all their instances (DOSA, Sec. 6.1). */
function randomLimits(network: Network, random: Prng): Limits {
  return limitsOf(network, drawSizes(network, random));
}

function limitsOf(network: Network, sizes: HardwareSizes): Limits {
  const words = Float64Array.from(sizes.capacityWords, (own, l) =>
    own === null ? network.capacityOf(l) : Math.floor(own / network.bufferingOf(l)),
  );
  return { words, sides: Float64Array.from(sizes.sides) };
}

/**
 * A random design: random hardware within the space's freedom, and for each layer a mapping that fills it: from
 * everything in the outermost loops, prime by prime inwards, spatial first, while it fits.
 */
export function randomDesign(network: Network, random: Prng, design: NetworkDesign, stationary: boolean): void {
  const limits = randomLimits(network, random);
  network.layers.forEach((_, i) => {
    randomMapping(network, random, design, i, limits, stationary);
  });
  design.refresh();
}

/**
 * Draws a mapping of one layer evenly from its mapspace until one fits hardware of given sizes; false where none of
 * `tries` did.
 */
export function drawMapping(
  network: Network,
  random: Prng,
  design: NetworkDesign,
  index: number,
  sizes: HardwareSizes,
  tries = 50,
): boolean {
  const limits = limitsOf(network, sizes);
  const { mapspace } = network.layers[index];
  for (let t = 0; t < tries; t++) {
    mapspace.sample(random, design.points[index]);
    if (holds(network, design, index, limits)) return true;
  }
  return false;
}

function randomMapping(
  network: Network,
  random: Prng,
  design: NetworkDesign,
  index: number,
  limits: Limits,
  stationary: boolean,
): void {
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
    const order = orders[stationary ? 0 : random.below(orders.length)];
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
