/** One visited pass of a temporal loop: it stands for `inside` passes within, and its words count `weight` times. */
export interface Step {
  index: number;
  inside: number;
  weight: number;
}

/**
 * The passes Timeloop walks of a loop with `trips` passes (`NestAnalysis::ComputeTemporalWorkingSet`): the first and
 * the second, which stands for the rest. `walkLast`: an imperfect loop of the same dimension further inside makes the
 * last pass differ, so it is walked too; if this loop is imperfect as well, also the last but one.
 */
export function stepsOf(trips: number, walkLast: boolean, imperfect: boolean): Step[] {
  const first: Step = { index: 0, inside: 1, weight: 1 };
  if (trips <= 1) return [first];
  if (!walkLast) return [first, { index: 1, inside: trips - 1, weight: trips - 1 }];
  const last: Step = { index: trips - 1, inside: 1, weight: 1 };
  if (trips === 2) return [first, last];
  if (!imperfect) {
    return [first, { index: 1, inside: trips - 2, weight: trips - 1 }, { ...last, weight: 0 }];
  }
  if (trips === 3) return [first, { index: 1, inside: 1, weight: 1 }, last];
  return [first, { index: 1, inside: trips - 3, weight: trips - 2 }, { index: trips - 2, inside: 1, weight: 0 }, last];
}
