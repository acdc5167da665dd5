/** How numbers are written for people: the same in the terminal, in hovers and in the panel. */

const groups = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** `1204224` → `1,204,224`; fractions keep two decimals. */
export function formatCount(value: number): string {
  return groups.format(value);
}

/** About `digits` significant digits, grouped above 1,000, with an exponent where that is easier to read. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e9 || magnitude < 1e-3) return value.toExponential(digits - 1).replace("e+", "e");
  if (magnitude >= 10 ** (digits - 1)) return groups.format(Math.round(value));
  return String(Number(value.toPrecision(digits)));
}

/** Scales a value to the unit that leaves one to three digits before the point. */
function scaled(value: number, units: readonly string[], digits = 4): string {
  let index = 0;
  let rest = value;
  while (Math.abs(rest) >= 1000 && index < units.length - 1) {
    rest /= 1000;
    index++;
  }
  return `${formatNumber(rest, digits)} ${units[index]}`;
}

/** Energy given in pJ, with the unit that fits: pJ, nJ, µJ, mJ, J. */
export function formatEnergy(pj: number): string {
  return pj === 0 ? "0 pJ" : scaled(pj, ["pJ", "nJ", "µJ", "mJ", "J"]);
}

/** Energy-delay product given in pJ·cycles. */
export function formatEdp(pjCycles: number): string {
  return `${pjCycles.toExponential(3).replace("e+", "e")} pJ·cycles`;
}

export function formatPercent(share: number, decimals = 1): string {
  const percent = 100 * share;
  if (percent > 0 && percent < 10 ** -decimals) return `< ${10 ** -decimals} %`;
  return `${percent.toFixed(decimals).replace(/\.0+$/, "")} %`;
}

/** Area given in µm²; mm² above 0.1 mm². */
/** No part of a chip is free: where no table states areas, the sum is 0. */
export function formatArea(um2: number): string {
  if (um2 === 0) return "unknown";
  return um2 >= 1e5 ? `${formatNumber(um2 / 1e6)} mm²` : `${formatNumber(um2)} µm²`;
}

/** Time given in seconds, with the unit that fits. */
export function formatSeconds(seconds: number): string {
  return seconds >= 1 ? `${formatNumber(seconds)} s` : scaled(seconds * 1e12, ["ps", "ns", "µs", "ms"]);
}

/** `18000000` → `17.2 MB`; whole numbers without a fraction. */
export const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1).replace(/\.0$/, "")} MB`;

/** How much more or less: `=`, `−21.5 %`, `×3.2`. */
export function formatChange(from: number, to: number): string {
  if (from === to) return "=";
  if (from === 0) return "new";
  const ratio = to / from;
  return ratio >= 2 || ratio <= 0.5
    ? `×${formatNumber(ratio, 3)}`
    : `${ratio > 1 ? "+" : "−"}${formatPercent(Math.abs(ratio - 1))}`;
}
