import type { Architecture } from "./types.ts";

/** How many children one instance of a storage level feeds, along X and Y. */
export interface Fanout {
  x: number;
  y: number;
  /** Mesh of the level itself and of its child (the next inner level, or the arithmetic). */
  mesh: { x: number; y: number };
  childMesh: { x: number; y: number };
}

/**
 * Fan-out below each storage level, inner to outer: `mesh(child) / mesh(level)` per axis (Timeloop
 * `arch-properties.cpp`, `DeriveFanouts`). Where the meshes do not divide, the quotient is rounded down (at
 * least 1) and `undividedMesh` tells.
 */
export function fanouts(architecture: Architecture): Fanout[] {
  const { storage, compute } = architecture;
  return storage.map((level, i) => {
    const child = i === 0 ? compute : storage[i - 1];
    return {
      x: Math.max(1, Math.floor(child.meshX / level.meshX)),
      y: Math.max(1, Math.floor(child.meshY / level.meshY)),
      mesh: { x: level.meshX, y: level.meshY },
      childMesh: { x: child.meshX, y: child.meshY },
    };
  });
}

/** True where a mapping of this level may have spatial loops. */
export function hasFanout(fanout: Fanout): boolean {
  return fanout.x * fanout.y > 1;
}

/** The axes on which the child's mesh is no multiple of the level's own. */
export function undividedMesh(fanout: Fanout): ("x" | "y")[] {
  return (["x", "y"] as const).filter((axis) => fanout.childMesh[axis] % fanout.mesh[axis] !== 0);
}
