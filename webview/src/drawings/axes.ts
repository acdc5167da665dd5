/** Axes that several charts have alike. */

import type { Theme } from "../theme.ts";

/** Keys stand above the chart, as text. */
export const noLegend = { legend: { display: false } };

/** A logarithmic axis where the values span more than a factor of eight. */
export function axis(title: string, values: readonly number[], format: (value: number) => string, theme: Theme) {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value > 0 && value < least) least = value;
    if (value > most) most = value;
  }
  const logarithmic = most / least > 8;
  const steps = most / least > 2000 ? [1] : [1, 2, 5];
  const isStep = (value: number) => {
    const mantissa = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
    return steps.some((step) => Math.abs(mantissa - step) < 1e-6);
  };
  return {
    type: logarithmic ? ("logarithmic" as const) : ("linear" as const),
    title: { display: true, text: title, color: theme.muted },
    ticks: {
      maxTicksLimit: 6,
      // Limits lie where the values end, not at round numbers.
      includeBounds: false,
      color: theme.muted,
      callback: (value: string | number) => format(Number(value)),
    },
    /** Before some are left out for want of room. */
    afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
      if (logarithmic) scale.ticks = scale.ticks.filter(({ value }) => isStep(value));
    },
    grid: { color: theme.grid, drawTicks: false },
    border: { color: theme.grid },
  };
}

/** Limits of an axis that leave room for a mark around all values. */
export function around(values: readonly number[]): { min: number; max: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (most / least > 8) {
    const room = (most / least) ** 0.06;
    return { min: least / room, max: most * room };
  }
  const room = 0.06 * (most > least ? most - least : most);
  return { min: Math.max(0, least - room), max: most + room };
}
