/** Which factors would fit: the least that must move for a level to hold its tiles, or to be filled. */

import type { Mapping } from "../engine/model/types.ts";
import { effectiveWords, hardwareViolations } from "../engine/model/validity.ts";
import { divisors } from "../engine/numeric/divisors.ts";
import { keptWords } from "../workspace/tile-extents.ts";
import { type Move, moved } from "./moves.ts";
import type { Subject } from "./subject.ts";

/** Prime factors moved, one after the other, and sets of moves looked at, before giving up. */
const mostSteps = 64;
const mostTries = 4000;

interface Source {
  level: number;
  dimension: number;
  factor: number;
}

/** Loops in time without a residual at these levels. */
function sources({ levels }: Mapping, from: number, to: number): Source[] {
  return levels
    .slice(from, to + 1)
    .flatMap(({ temporal }, i) =>
      temporal
        .filter(({ factor, residual }) => factor > 1 && factor === residual)
        .map(({ dimension, factor }) => ({ level: from + i, dimension, factor })),
    );
}

/**
 * What to move out of a level that is too small, to the next outer level that holds its own tiles: one factor where
 * one is enough (the smallest share of it), else several. Empty where nothing helps.
 */
export function movesThatFit(subject: Subject, level: number): Move[] {
  const { architecture, lowered, layer } = subject;
  const { mapping } = lowered;
  const room = (l: number) => effectiveWords(architecture.storage[l]) ?? Number.POSITIVE_INFINITY;
  const words = (moves: readonly Move[]) => keptWords(layer.workload, moved(mapping, moves), level);
  const to = mapping.levels.findIndex((_, l) => l > level && keptWords(layer.workload, mapping, l) <= room(l));
  if (to < 0) return [];
  // Loops of the level itself first, then those further inside.
  const from = sources(mapping, 0, level).sort((a, b) => b.level - a.level);
  const single = from
    .flatMap(({ level: own, dimension, factor }) =>
      divisors(factor)
        .slice(1)
        .map((share): Move => ({ dimension, from: own, spatial: false, to, share })),
    )
    .sort((a, b) => b.from - a.from || a.share - b.share)
    .find((move) => words([move]) <= room(level));
  return single === undefined ? several(from, to, (moves) => words(moves), room(level)) : [single];
}

/** Prime by prime the move that makes the tiles smallest, then back with what turns out not to be needed. */
function several(from: readonly Source[], to: number, words: (moves: Move[]) => number, room: number): Move[] {
  const shares = from.map(() => 1);
  const moves = (chosen: readonly number[]) =>
    from.flatMap(({ level, dimension }, i) =>
      chosen[i] === 1 ? [] : [{ dimension, from: level, spatial: false, to, share: chosen[i] }],
    );
  const changed = (i: number, share: number) => shares.map((old, j) => (i === j ? share : old));
  for (let step = 0; words(moves(shares)) > room; step++) {
    const next = from.flatMap(({ factor }, i) =>
      primesOf(factor / shares[i]).map((p) => ({
        i,
        share: shares[i] * p,
        words: words(moves(changed(i, shares[i] * p))),
      })),
    );
    const best = next.sort((a, b) => a.words - b.words)[0];
    if (best === undefined || step >= mostSteps) return [];
    shares[best.i] = best.share;
  }
  for (const [i] of from.entries()) {
    for (const p of primesOf(shares[i]).reverse()) {
      while (shares[i] % p === 0 && words(moves(changed(i, shares[i] / p))) <= room) shares[i] /= p;
    }
  }
  return moves(shares);
}

/** The prime factors of a number, each once. */
function primesOf(n: number): number[] {
  return divisors(n).filter((d) => d > 1 && divisors(d).length === 2);
}

/** What to move from outer levels into a level that must be fuller; empty where no whole factors fill it. */
export function movesThatFill(subject: Subject, level: number, neededWords: number): Move[] {
  const { architecture, lowered, layer } = subject;
  const { mapping } = lowered;
  const fits = (chosen: readonly Move[]) => {
    const after = moved(mapping, chosen);
    return after.levels.every(
      (_, l) =>
        keptWords(layer.workload, after, l) <= (effectiveWords(architecture.storage[l]) ?? Number.POSITIVE_INFINITY),
    );
  };
  const words = (moves: readonly Move[]) => keptWords(layer.workload, moved(mapping, moves), level);
  const from = sources(mapping, level + 1, mapping.levels.length - 1);
  const options = from.map(({ level: own, dimension, factor }) =>
    divisors(factor).map((share): Move => ({ dimension, from: own, spatial: false, to: level, share })),
  );
  let tries = 0;
  const search = (index: number, chosen: readonly Move[], left: number): Move[] | null => {
    if (++tries > mostTries) return null;
    if (words(chosen) >= neededWords) return fits(chosen) ? [...chosen] : null;
    if (index === options.length || left === 0) return null;
    for (const move of options[index]) {
      const found = search(
        index + 1,
        move.share === 1 ? chosen : [...chosen, move],
        move.share === 1 ? left : left - 1,
      );
      if (found !== null) return found;
    }
    return null;
  };
  for (let count = 1; count <= options.length; count++) {
    const found = search(0, [], count);
    if (found !== null) return found;
  }
  return [];
}

/** The smallest share of a loop in space that must run in time for an axis to fit. */
export function movesOutOfSpace(subject: Subject, level: number, axis: "x" | "y"): Move[] {
  const { architecture, lowered, layer } = subject;
  const mapped = lowered.mapping.levels[level];
  const loops = (axis === "x" ? mapped.spatialX : mapped.spatialY).filter(
    ({ factor, residual }) => factor === residual,
  );
  const twice = [...mapped.spatialX, ...mapped.spatialY].map(({ dimension }) => dimension);
  const kind = `fanout-${axis}`;
  const fitting = loops
    .filter(({ dimension }) => twice.indexOf(dimension) === twice.lastIndexOf(dimension))
    .flatMap(({ dimension, factor }) =>
      divisors(factor)
        .slice(1)
        .map((share): Move => ({ dimension, from: level, spatial: true, to: level, share })),
    )
    .sort((a, b) => a.share - b.share)
    .find((move) =>
      hardwareViolations(architecture, layer.workload, moved(lowered.mapping, [move]), null).every(
        (violation) => violation.kind !== kind || !("level" in violation) || violation.level !== level,
      ),
    );
  return fitting === undefined ? [] : [fitting];
}
