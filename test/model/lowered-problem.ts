import type { Architecture, Mapping, StorageLevel, Workload } from "../../server/src/engine/model/types.ts";
import { compute, storage } from "../mapspace/hardware.ts";
import type { SimProblem } from "./simulator.ts";

/** A storage level without limits; tests change what they are about. */
export function plainStorage(name: string, changes: Partial<StorageLevel> = {}): StorageLevel {
  return storage(name, { energySource: "ert", ...changes });
}

/** Hardware with the meshes a simulated problem spreads over. */
export function architectureOf(
  problem: SimProblem,
  change: (level: number) => Partial<StorageLevel> = () => ({}),
): Architecture {
  let meshX = 1;
  let meshY = 1;
  const storage: StorageLevel[] = [];
  for (let l = problem.levels.length - 1; l >= 0; l--) {
    storage.unshift(plainStorage(`L${l}`, { instances: meshX * meshY, meshX, meshY, ...change(l) }));
    meshX *= problem.levels[l].fanoutX;
    meshY *= problem.levels[l].fanoutY;
  }
  return {
    name: "tiny",
    storage,
    compute: compute(meshX, meshY, { energySource: "ert" }),
    networks: [],
    globalCycleSeconds: null,
  };
}

export function workloadOf(problem: SimProblem): Workload {
  return {
    name: "tiny",
    dimensions: problem.bounds.map((bound, d) => ({ name: "ABCDEFGH"[d], bound })),
    dataSpaces: problem.dataSpaces.map((space, v) => ({ name: `D${v}`, ...space })),
  };
}

export function mappingOf(problem: SimProblem): Mapping {
  return { levels: problem.levels.map(({ fanoutX: _x, fanoutY: _y, ...level }) => level) };
}
