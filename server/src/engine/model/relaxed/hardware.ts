import { fanouts } from "../fanout.ts";
import { storageEnergyPj } from "../pat.ts";
import type { Architecture, StorageLevel } from "../types.ts";

/** `base + slope · wordsᵉˣᵖᵒⁿᵉⁿᵗ` of the capacity in words of one instance. */
export interface CapacityLaw {
  base: number;
  slope: number;
  exponent: number;
}

/** A buffer whose size follows from the mappings: pJ per vector access or cycle and µm² as functions of its capacity. */
export interface FreeBuffer {
  read: CapacityLaw;
  fill: CapacityLaw;
  update: CapacityLaw;
  leak: CapacityLaw;
  area: CapacityLaw;
}

/** Fan-outs of one size: they stay equal, as the sides of a square array. */
export interface FreeSide {
  axes: readonly { level: number; y: boolean }[];
  /** Size in the template. */
  size: number;
  most: number;
}

/** What mappings may decide about the hardware; the rest is the template's. */
export interface HardwareSpace {
  template: Architecture;
  /** By storage level; `null` where the capacity is the template's. */
  buffers: readonly (FreeBuffer | null)[];
  sides: readonly FreeSide[];
  /** By storage level: the side its bandwidths grow with, −1 for none. */
  bandwidthSide: readonly number[];
}

/** Sizes inferred from mappings. */
export interface HardwareSizes {
  /** Words per instance, by storage level; `null` where the template decides. */
  capacityWords: readonly (number | null)[];
  sides: readonly number[];
}

export type HardwareFreedom = "fixed" | "buffers" | "all";

export function lawValue(law: CapacityLaw, words: number): number {
  return law.base + law.slope * (law.exponent === 1 ? words : words ** law.exponent);
}

export function lawSlope(law: CapacityLaw, words: number): number {
  return law.exponent === 1 ? law.slope : law.slope * law.exponent * words ** (law.exponent - 1);
}

/** Units along one axis of the array at most, unless the template has more. */
const longestAxis = 128;

/**
 * The freedom of an architecture: on-chip buffers of more than one word, and the fan-outs. Energies follow Timeloop's
 * public technology model, linear in the capacity, scaled to the level's own energies where a table states them;
 * areas and leakage grow in proportion to the capacity. A level's bandwidth grows with the fan-out below it where it
 * feeds every child a word per cycle; the outermost level's never does. Nested fan-outs along an axis multiply: they share its growth.
 */
export function hardwareSpace(template: Architecture, freedom: HardwareFreedom): HardwareSpace {
  const buffers = template.storage.map((level, l) =>
    freedom !== "fixed" &&
    l < template.storage.length - 1 &&
    level.technology === "SRAM" &&
    (level.capacityWords ?? 0) > 1
      ? freeBuffer(level)
      : null,
  );
  const fans = fanouts(template);
  const bySize = new Map<number, { level: number; y: boolean }[]>();
  if (freedom === "all") {
    fans.forEach(({ x, y }, level) => {
      for (const [size, along] of [
        [x, false],
        [y, true],
      ] as const) {
        if (size > 1) bySize.set(size, [...(bySize.get(size) ?? []), { level, y: along }]);
      }
    });
  }
  const growth = { x: growthOf(fans.map(({ x }) => x)), y: growthOf(fans.map(({ y }) => y)) };
  const sides = [...bySize].map(([size, axes]): FreeSide => {
    const grown = size * Math.min(...axes.map(({ y }) => (y ? growth.y : growth.x)));
    return { axes, size, most: Math.floor(grown * (1 + 1e-9)) };
  });
  const bandwidthSide = template.storage.map((level, l) => {
    const widest = Math.max(level.readBandwidth ?? 0, level.writeBandwidth ?? 0, level.sharedBandwidth ?? 0);
    if (l === template.storage.length - 1) return -1;
    return sides.findIndex((side) => widest >= side.size && side.axes.some((axis) => axis.level === l));
  });
  return { template, buffers, sides, bandwidthSide };
}

/** How much each of the nested fan-outs of an axis may grow for the axis to stay within its most. */
function growthOf(fans: readonly number[]): number {
  const length = fans.reduce((product, fan) => product * fan, 1);
  const nested = fans.filter((fan) => fan > 1).length;
  return Math.max(1, longestAxis / length) ** (1 / Math.max(1, nested));
}

function freeBuffer(level: StorageLevel): FreeBuffer {
  const given = level.capacityWords ?? 1;
  const row = (words: number) => storageEnergyPj({ ...level, blockSize: level.blockSize, capacityWords: words });
  const unit = level.blockSize * 1024;
  const slope = (row(2 * unit) - row(unit)) / unit;
  const base = row(unit) - slope * unit;
  const scaled = (energy: number): CapacityLaw => {
    const scale = energy / (base + slope * given);
    return { base: base * scale, slope: slope * scale, exponent: 1 };
  };
  const proportional = (amount: number): CapacityLaw => ({ base: 0, slope: amount / given, exponent: 1 });
  return {
    read: scaled(level.readEnergyPj),
    fill: scaled(level.fillEnergyPj),
    update: scaled(level.updateEnergyPj),
    leak: proportional(level.leakEnergyPj),
    area: proportional(level.areaUm2),
  };
}

/** The architecture of given sizes. */
export function instantiate(space: HardwareSpace, sizes: HardwareSizes): Architecture {
  const { template, buffers, sides, bandwidthSide } = space;
  const fans = fanouts(template).map(({ x, y }) => ({ x, y }));
  sides.forEach((side, g) => {
    for (const { level, y } of side.axes) fans[level][y ? "y" : "x"] = sizes.sides[g];
  });
  const outer = template.storage[template.storage.length - 1];
  let meshX = outer.meshX;
  let meshY = outer.meshY;
  const meshes = new Array<{ meshX: number; meshY: number; instances: number }>(template.storage.length);
  for (let l = template.storage.length - 1; l >= 0; l--) {
    meshes[l] = { meshX, meshY, instances: meshX * meshY };
    meshX *= fans[l].x;
    meshY *= fans[l].y;
  }
  const resized = sides.length > 0;
  const storage = template.storage.map((level, l): StorageLevel => {
    const buffer = buffers[l];
    const words = sizes.capacityWords[l];
    const g = bandwidthSide[l];
    const grow = (bandwidth: number | null) =>
      bandwidth === null || g < 0 ? bandwidth : (bandwidth * sizes.sides[g]) / sides[g].size;
    return {
      ...level,
      ...(resized ? meshes[l] : {}),
      readBandwidth: grow(level.readBandwidth),
      writeBandwidth: grow(level.writeBandwidth),
      sharedBandwidth: grow(level.sharedBandwidth),
      ...(buffer === null || words === null
        ? {}
        : {
            capacityWords: words,
            readEnergyPj: lawValue(buffer.read, words),
            fillEnergyPj: lawValue(buffer.fill, words),
            updateEnergyPj: lawValue(buffer.update, words),
            leakEnergyPj: lawValue(buffer.leak, words),
            areaUm2: lawValue(buffer.area, words),
          }),
    };
  });
  const compute = resized ? { ...template.compute, meshX, meshY, instances: meshX * meshY } : template.compute;
  return { ...template, storage, compute };
}
