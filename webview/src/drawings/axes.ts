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
  return {
    type: logarithmic ? ("logarithmic" as const) : ("linear" as const),
    title: { display: true, text: title, color: theme.muted },
    ticks: {
      maxTicksLimit: 6,
      // Limits lie where the values end, not at round numbers.
      includeBounds: false,
      color: theme.muted,
      callback: (value: string | number) => {
        const number = Number(value);
        if (!logarithmic) return format(number);
        const mantissa = number / 10 ** Math.floor(Math.log10(number) + 1e-9);
        return most / least > 2000 && Math.abs(mantissa - 1) > 1e-6
          ? ""
          : [1, 2, 5].some((m) => Math.abs(mantissa - m) < 1e-6)
            ? format(number)
            : "";
      },
    },
    grid: { color: theme.grid, drawTicks: false },
    border: { color: theme.grid },
  };
}

/** Limits of an axis that leave a little room around all values. */
export function around(values: readonly number[]): { min: number; max: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most / least > 8 ? { min: least / 1.3, max: most * 1.3 } : { min: least * 0.9, max: most * 1.06 };
}
