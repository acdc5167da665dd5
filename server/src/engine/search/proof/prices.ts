import { type Claimed, type Group, transfersOf } from "./group.ts";
import { compulsory, firstWrites, operands } from "./words.ts";

/** What one word read, filled and updated adds to a quantity: energy in pJ, or cycles of a port. */
export type Rates = (level: number, v: number) => { read: number; fill: number; update: number };

/** Energy of a word, its share of a block. */
export function energyRates({ mapspace }: Claimed, { chains }: Group): Rates {
  const { storage } = mapspace.architecture;
  const all = storage.map((level, l) => {
    const instances = chains.reduce((n, chain) => n * chain.outside[l + 1], 1);
    const accessed = Math.min(instances, level.instances / level.clusterSize);
    const per = accessed / (instances * level.blockSize);
    return { read: level.readEnergyPj * per, fill: level.fillEnergyPj * per, update: level.updateEnergyPj * per };
  });
  return (l) => all[l];
}

/** Cycles that each port with a bandwidth needs at least, if all instances share its words evenly. */
export function portRates({ mapspace }: Claimed, { chains }: Group): Rates[] {
  const none = { read: 0, fill: 0, update: 0 };
  return mapspace.architecture.storage.flatMap((level, at) => {
    const instances = chains.reduce((n, chain) => n * chain.outside[at + 1], 1);
    const port = (bandwidth: number | null, reads: boolean, writes: boolean): Rates[] => {
      if (bandwidth === null) return [];
      return [
        (l, v) => {
          if (l !== at) return none;
          const word = (level.bandwidthScale[v] ?? 1) / (bandwidth * instances);
          return { read: reads ? word : 0, fill: writes ? word : 0, update: writes ? word : 0 };
        },
      ];
    };
    return [
      ...port(level.readBandwidth, true, false),
      ...port(level.writeBandwidth, false, true),
      ...port(level.sharedBandwidth, true, true),
    ];
  });
}

/** a + by · b. */
export function mixedRates(a: Rates, b: Rates, by: number): Rates {
  return (l, v) => {
    const [x, y] = [a(l, v), b(l, v)];
    return { read: x.read + by * y.read, fill: x.fill + by * y.fill, update: x.update + by * y.update };
  };
}

/** What a word of a transfer costs at the parents and at the children, and what first writes spare at most. */
export interface Price {
  atParent: number;
  atChild: number;
  spared: number;
}

export function priceOf(claimed: Claimed, group: Group, rates: Rates, v: number, child: number, parent: number): Price {
  const tensor = claimed.tensors[v];
  const outer = rates(parent, v);
  const fill = child < 0 ? 0 : rates(child, v).fill;
  if (!tensor.readWrite) return { atParent: outer.read, atChild: fill, spared: 0 };
  if (!tensor.firstWritesKnown) return { atParent: outer.update, atChild: 0, spared: 0 };
  const spared =
    outer.read * firstWrites(group, tensor, parent) + (child < 0 ? 0 : fill * firstWrites(group, tensor, child));
  return { atParent: outer.update + outer.read, atChild: fill, spared };
}

/** The part of a quantity that no loop of the group's mappings changes: operands, less what first writes spare. */
export function fixedPart(claimed: Claimed, group: Group, rates: Rates, v: number): number {
  return transfersOf(group.keep[v], claimed.levels).reduce((sum, { child, parent }) => {
    const { atParent, spared } = priceOf(claimed, group, rates, v, child, parent);
    return sum - spared + (child < 0 ? atParent * operands(group, claimed.tensors[v], parent) : 0);
  }, 0);
}

/** Energy that data space v costs in every mapping of the group: each word once per instance that needs it. */
export function compulsoryPart(claimed: Claimed, group: Group, rates: Rates, v: number): number {
  return transfersOf(group.keep[v], claimed.levels).reduce(
    (sum, { child, parent }) => {
      if (child < 0) return sum;
      const { atParent, atChild } = priceOf(claimed, group, rates, v, child, parent);
      const [children, parents] = compulsory(claimed, group, v, child, parent);
      return sum + atChild * children + atParent * parents;
    },
    fixedPart(claimed, group, rates, v),
  );
}

/** pJ that leak in a cycle at least. */
export function leakageOf({ mapspace, levels }: Claimed, { chains }: Group): number {
  const { storage } = mapspace.architecture;
  // One chain with idle instances makes those of the others uncertain too.
  const perfect = chains.every(({ top, bound }) => top === bound);
  return storage.reduce((sum, level, l) => {
    const gate = storage.findIndex(({ name }) => name === level.powerGatedAt);
    const sharing = gate < 0 ? 1 : level.instances / Math.max(1, storage[gate].instances);
    const at = sharing > 1 ? gate : l;
    const acting = chains.reduce(
      (n, chain) => n * (perfect ? chain.outside[at + 1] : Math.max(1, ...chain.spatial.slice(at + 1, levels))),
      1,
    );
    return sum + level.leakEnergyPj * Math.max(1, sharing) * acting;
  }, 0);
}
