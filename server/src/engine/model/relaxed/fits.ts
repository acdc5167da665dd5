import type { CapacityLaw, HardwareSpace } from "./hardware.ts";

/**
 * Energies of a word by the KiB of one instance as published with DOSA (Hong et al., MICRO 2023: Gemmini at 40 nm), in
 * pJ: words of 8 bit in a scratchpad, of 32 bit in an accumulator.
 */
export const publishedFits = {
  scratchpad: { base: 0.49, perKilobyte: 0.02513 },
  accumulator: { base: 1.94, perKilobyte: 0.1005 },
} as const;

export type PublishedFit = keyof typeof publishedFits;

/** Free buffers with the energies of a published fit where `fitOf` names one; the others keep their law. */
export function withFits(
  space: HardwareSpace,
  fitOf: (level: { name: string; class: string }) => PublishedFit | undefined,
): HardwareSpace {
  const buffers = space.buffers.map((buffer, l) => {
    const level = space.template.storage[l];
    const name = fitOf(level);
    if (buffer === null || name === undefined) return buffer;
    const { base, perKilobyte } = publishedFits[name];
    // A block of several words costs as many.
    const law: CapacityLaw = {
      base: base * level.blockSize,
      slope: (perKilobyte * level.blockSize * level.wordBits) / 8192,
      exponent: 1,
    };
    return { ...buffer, read: law, fill: law, update: law };
  });
  return { ...space, buffers };
}
