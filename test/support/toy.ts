import type { Architecture, ComputeLevel, StorageLevel, Workload } from "../../server/src/engine/model/types.ts";
import { compute, storage } from "../mapspace/hardware.ts";

/** A storage level with everything at its default, as read from energy tables. */
export function toyLevel(name: string, stated: Partial<StorageLevel> = {}): StorageLevel {
  return storage(name, { bandwidthScale: [1, 1, 1], energySource: "ert", ...stated });
}

export function toyArchitecture(levels: StorageLevel[], macs: Partial<ComputeLevel> = {}): Architecture {
  return {
    name: "toy",
    storage: levels,
    compute: compute(macs.meshX, macs.meshY, { energySource: "ert", ...macs }),
    networks: [],
    globalCycleSeconds: null,
  };
}

/** C[m,n] += A[m,k]·B[k,n] with data spaces A, B, C. */
export function toyGemm(bounds: { M: number; N: number; K: number }): Workload {
  const term = (dimension: number) => [{ dimension, coefficient: 1 }];
  return {
    name: "gemm",
    dimensions: (["M", "N", "K"] as const).map((name) => ({ name, bound: bounds[name] })),
    dataSpaces: [
      { name: "A", readWrite: false, ranks: [term(0), term(2)] },
      { name: "B", readWrite: false, ranks: [term(2), term(1)] },
      { name: "C", readWrite: true, ranks: [term(0), term(1)] },
    ],
  };
}
