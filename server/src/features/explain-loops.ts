/** The loops of a mapping as explanations name them, and which of them move a data space. */

import type { Architecture, Mapping, TermLoop, Workload } from "../engine/model/types.ts";

/** What an explanation of one layer is about. */
export interface Explained {
  architecture: Architecture;
  workload: Workload;
  mapping: Mapping;
}

/** Loops with more than one trip, innermost first, from level `from` to the one before `to`. */
export function loopsBetween({ mapping }: Explained, from: number, to: number): TermLoop[] {
  return mapping.levels.slice(from, to).flatMap((level, i) => {
    const named = (kind: TermLoop["kind"], loops: typeof level.temporal) =>
      loops
        .filter((loop) => loop.factor > 1)
        .map(({ dimension, factor, residual }): TermLoop => ({ level: from + i, kind, dimension, factor, residual }));
    return [
      ...named("spatial-x", level.spatialX),
      ...named("spatial-y", level.spatialY),
      ...named("temporal", level.temporal),
    ];
  });
}

/** Does a data space have other words when this loop advances? */
export function moves({ workload }: Explained, dataSpace: number, { dimension }: TermLoop): boolean {
  return workload.dataSpaces[dataSpace].ranks.some((rank) => rank.some((term) => term.dimension === dimension));
}

/** “Q at GlobalBuffer”. */
export function loopName({ architecture, workload }: Explained, { dimension, level, kind }: TermLoop): string {
  const where = architecture.storage[level].name;
  return `${workload.dimensions[dimension].name} ${kind === "temporal" ? "at" : "spread below"} ${where}`;
}

/** “4 (K at DRAM)”. */
export function factorName(explained: Explained, loop: TermLoop): string {
  const trips = loop.residual === loop.factor ? `${loop.factor}` : `${loop.factor}, last ${loop.residual}`;
  return `${trips} (${loopName(explained, loop)})`;
}

/** The next level inside or outside that keeps a data space; −1 and `undefined` beyond the ends. */
export function keeperInside({ mapping }: Explained, level: number, dataSpace: number): number {
  return mapping.levels.slice(0, level).findLastIndex((candidate) => candidate.keep[dataSpace]);
}

export function keeperOutside({ mapping }: Explained, level: number, dataSpace: number): number | undefined {
  const found = mapping.levels.findIndex((candidate, l) => l > level && candidate.keep[dataSpace]);
  return found < 0 ? undefined : found;
}
