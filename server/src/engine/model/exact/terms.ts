import type { ScalarAccesses } from "../counts.ts";
import type { Term, TermLoop } from "../types.ts";
import { type Nest, spatialX, temporal } from "./nest.ts";
import { type Projection, rankExtent } from "./projection.ts";
import type { Traffic } from "./traffic.ts";

/** What the accesses of a level and data space are explained from. */
export interface Derivation {
  nest: Nest;
  projection: Projection;
  extents: readonly number[];
  tileWords: number;
  instances: number;
  /** U of point 6, as far as it was taken off. */
  known: number;
  perInstance: ScalarAccesses;
  /** Towards the arithmetic, with the level it goes to and that level's tile. */
  down: Traffic;
  child: number;
  childTileWords: number;
  up: Traffic | null;
  level: number;
}

const rankNames = Array.from({ length: 16 }, (_, k) => `rank${k}`);

/**
 * Derivations of one level's counts. `tile-moves` is the heart: the tile of the receiving level times the steps at
 * which it moves, that is the passes of all loops (`loops`, outer to inner) down to the innermost one that moves it,
 * less what stays. Where residuals make steps of several kinds, each kind is a part with the loop that advances.
 */
export function exactTerms(derivation: Derivation): Record<string, Term> {
  const { projection, extents, tileWords, instances, known, perInstance, down, up, level, nest } = derivation;
  const shares = down.records.map(
    (record): Term => ({
      formula: "shared-by",
      value: record.accesses,
      inputs: { multicast: record.multicast, groups: record.scatter, hops: record.hops },
    }),
  );
  const sent: Term = {
    formula: "sent-to-children",
    value: down.parentWords,
    inputs: { arriving: down.childWords, sharing: down.parentWords > 0 ? down.childWords / down.parentWords : 1 },
    loops: loopsBetween(nest, derivation.child, level),
    parts: [moves(nest, down, derivation.child, derivation.childTileWords), ...shares],
  };
  const outward = { sent: down.parentWords, known, instances };
  const ranks: Record<string, number> = {};
  for (let k = 0; k < projection.ranks.length; k++) ranks[rankNames[k]] = rankExtent(projection.ranks[k], extents, 0);
  return {
    tileWords: { formula: "tile-extents", value: tileWords, inputs: ranks },
    reads: { formula: "sent-less-first-writes", value: perInstance.reads, inputs: outward, parts: [sent] },
    updates: { formula: "results-received", value: perInstance.updates, inputs: outward, parts: [sent] },
    temporalReductions: {
      formula: "sent-less-first-writes",
      value: perInstance.temporalReductions,
      inputs: outward,
      parts: [sent],
    },
    fills: {
      formula: "arrivals-less-first-writes",
      value: perInstance.fills,
      inputs: { arriving: up?.childWords ?? 0, known: up === null ? 0 : known, instances },
      parts: up === null ? [] : [moves(nest, up, level, tileWords)],
    },
  };
}

function moves(nest: Nest, traffic: Traffic, child: number, tileWords: number): Term {
  const loops: TermLoop[] = [];
  let steps = 1;
  for (let i = 0; i <= traffic.through; i++) {
    if (nest.axis[i] !== temporal) continue;
    loops.push(termLoop(nest, i));
    steps *= nest.factor[i];
  }
  let children = 1;
  for (let i = 0; i < nest.before(child); i++) if (nest.axis[i] !== temporal) children *= nest.factor[i];
  const even = traffic.wholeWords === tileWords * steps * children;
  return {
    formula: even ? "tile-moves" : "tile-moves-with-residuals",
    value: traffic.childWords,
    inputs: {
      tileWords,
      steps,
      children,
      wholeWords: traffic.wholeWords,
      keptWords: traffic.wholeWords - traffic.childWords,
    },
    loops,
    parts: traffic.steps?.map(
      (step): Term => ({
        formula: "step-kind",
        value: step.count * step.childWords,
        inputs: {
          count: step.count,
          tileWords: step.tileWords,
          overlapWords: step.overlapWords,
          childWords: step.childWords,
          parentWords: step.parentWords,
          multicast: step.groups.reduce((most, group) => Math.max(most, group.multicast), 0),
        },
        loops: step.advancing < 0 ? [] : [termLoop(nest, step.advancing)],
      }),
    ),
  };
}

/** Spatial loops over the children of one parent, outer to inner. */
function loopsBetween(nest: Nest, child: number, parent: number): TermLoop[] {
  const loops: TermLoop[] = [];
  for (let i = nest.before(parent); i < nest.before(child); i++) {
    if (nest.axis[i] !== temporal) loops.push(termLoop(nest, i));
  }
  return loops;
}

function termLoop(nest: Nest, i: number): TermLoop {
  const axis = nest.axis[i];
  return {
    level: nest.level[i],
    kind: axis === temporal ? "temporal" : axis === spatialX ? "spatial-x" : "spatial-y",
    dimension: nest.dimension[i],
    factor: nest.factor[i],
    residual: nest.lastDigit[i] + 1,
  };
}
