import type { MapspaceConstraint, MapspaceKind } from "../../server/src/engine/mapspace/constraints.ts";
import type { Architecture, StorageLevel, Workload } from "../../server/src/engine/model/types.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { architecture, compute, storage, workload } from "../mapspace/hardware.ts";

export interface SmallCase {
  architecture: Architecture;
  workload: Workload;
  kind: MapspaceKind;
  constraints: MapspaceConstraint[];
}

/** A small machine, layer and mapspace: 2 to 4 levels, windows with strides, bandwidths, bypass, constraints. */
export function smallCase(
  seed: number,
  kinds: readonly MapspaceKind[],
  levels: readonly number[] = [2, 3, 4],
): SmallCase {
  const random = new Prng(seed, 77);
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
  const layer = smallLayer(random);
  const macs = layer.dimensions.reduce((product, d) => product * d.bound, 1);
  const count = pick(levels);
  const machine: StorageLevel[] = [];
  const meshes = [pick([1, 2, 3, 4]), pick([1, 1, 2])];
  const macMesh = [...meshes];
  for (let l = 0; l < count; l++) {
    const outermost = l === count - 1;
    if (l > 0 && random.next() < 0.6) [meshes[0], meshes[1]] = [pick([1, meshes[0]]), pick([1, meshes[1]])];
    if (outermost) [meshes[0], meshes[1]] = [1, 1];
    const bandwidth = () => (random.next() < 0.12 ? pick([0.25, 0.5, 1, 2]) : null);
    machine.push(
      storage(`L${l}`, {
        meshX: meshes[0],
        meshY: meshes[1],
        capacityWords: outermost ? null : pick([null, 4, 6, 10, 16, 24, 40]),
        blockSize: pick([1, 1, 1, 2, 4]),
        readEnergyPj: (l + 1) ** 2 * pick([0.3, 1, 2]),
        fillEnergyPj: (l + 1) ** 2 * pick([0.3, 1, 2]),
        updateEnergyPj: (l + 1) ** 2 * pick([0.3, 1, 2]),
        leakEnergyPj: random.next() < 0.2 ? 0.05 : 0,
        readBandwidth: bandwidth(),
        writeBandwidth: bandwidth(),
        sharedBandwidth: bandwidth(),
        minUtilization: !outermost && random.next() < 0.05 ? 0.2 : 0,
      }),
    );
  }
  void macs;
  const constraints: MapspaceConstraint[] = [];
  const nd = layer.dimensions.length;
  for (let l = 0; l < count; l++) {
    for (let v = 0; v < layer.dataSpaces.length; v++) {
      if (l < count - 1 && random.next() < 0.7) {
        constraints.push({ id: constraints.length, kind: "keep", level: l, dataSpace: v, keep: random.next() < 0.6 });
      }
    }
    if (random.next() < 0.2) {
      const dimension = random.below(nd);
      const slot = pick(["temporal", "spatial"] as const);
      const relation = pick(["=", "<="] as const);
      constraints.push({
        id: constraints.length,
        kind: "factor",
        level: l,
        slot,
        dimension,
        relation,
        value: pick([1, 1, 2]),
      });
    }
    if (random.next() < 0.15) {
      const prefix = [random.below(nd)];
      constraints.push({ id: constraints.length, kind: "permutation", level: l, slot: "temporal", prefix, suffix: [] });
    } else if (random.next() < 0.1) {
      const suffix = [random.below(nd)];
      constraints.push({ id: constraints.length, kind: "permutation", level: l, slot: "temporal", prefix: [], suffix });
    }
  }
  return {
    architecture: architecture(machine, compute(macMesh[0], macMesh[1])),
    workload: layer,
    kind: pick(kinds),
    constraints,
  };
}

function smallLayer(random: Prng): Workload {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
  switch (random.below(6)) {
    case 0:
      return workload(
        { m: pick([2, 3, 4, 6]), n: pick([2, 3, 4]), k: pick([2, 4, 5]) },
        { A: ["m", "k"], B: ["k", "n"], C: ["m", "n"] },
      );
    case 1: {
      const rank = `${pick(["", "2", "3"])}p+${pick(["", "", "2"])}r`;
      return workload(
        { p: pick([3, 4, 6, 8]), r: pick([2, 3, 4]), c: pick([1, 2, 3]) },
        { W: ["c", "r"], I: ["c", rank], O: ["p"] },
      );
    }
    case 2:
      return workload(
        { p: pick([2, 4]), q: pick([2, 3]), r: pick([2, 3]), k: pick([1, 2]) },
        { W: ["k", "r"], I: ["q", `${pick(["", "2"])}p+r`], O: ["k", "p", "q"] },
      );
    case 3:
      return workload(
        { p: pick([2, 3, 4]), q: pick([2, 4]), r: pick([2, 3]), s: pick([2]) },
        { W: ["r", "s"], I: ["p+r", "q+s"], O: ["p", "q"] },
      );
    case 4:
      return workload(
        { b: pick([2, 3]), m: pick([2, 4]), k: pick([2, 3, 4]) },
        { A: ["b", "m", "k"], B: ["b", "k"], C: ["b", "m"] },
      );
    default:
      return workload(
        { p: pick([4, 6, 8, 9]), r: pick([2, 3]), k: pick([2, 3]) },
        { W: ["k", "r"], I: [`${pick(["", "2"])}p+r`], O: ["k", "p"] },
      );
  }
}
