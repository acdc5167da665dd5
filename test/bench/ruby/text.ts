/** Numbers as the tables print them. */
export function change(from: number, to: number): string {
  const percent = 100 * (to / from - 1);
  return `${percent < -0.05 ? "−" : "+"}${Math.abs(percent).toFixed(1)} %`;
}

/** Rounded before it is printed, so that none is −0.0. */
export const above = (least: number, found: number) =>
  `${(Math.round(1000 * (found / least - 1)) / 10 + 0).toFixed(1)} %`;
export const share = (value: number) => `${(100 * value).toFixed(1)} %`;
