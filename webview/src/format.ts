/** Numbers as the panel writes them, in the manner of the editor's hovers. */

/** Writes numbers in one style; made with the first of them, which takes some ten milliseconds. */
export function numberFormat(options: Intl.NumberFormatOptions): (value: number) => string {
  let format: Intl.NumberFormat | undefined;
  return (value) => {
    format ??= new Intl.NumberFormat("en-US", options);
    return format.format(value);
  };
}

export const count = numberFormat({ maximumFractionDigits: 2 });
export const percent = numberFormat({ style: "percent", maximumFractionDigits: 1 });
const signedPercent = numberFormat({ style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
/** With a true minus sign: `−21.5%`, `+8%`. */
export const relative = (share: number): string => signedPercent(share).replace("-", "−");

/** Change from one value to another, with a true minus sign: `−21.5%`, `+8%`, `×3.2`. */
export function change(from: number, to: number): string {
  if (to >= 2 * from) return `×${short(to / from, 3)}`;
  return relative(to / from - 1);
}

export function short(value: number, digits = 4): string {
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e6 || magnitude < 1e-3) return value.toExponential(digits - 2).replace("e+", "e");
  if (magnitude >= 10 ** (digits - 1)) return count(Math.round(value));
  return String(Number(value.toPrecision(digits)));
}

function scaled(value: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${short(rest)} ${units[unit]}`;
}

export const energy = (pj: number): string => scaled(pj, ["pJ", "nJ", "µJ", "mJ", "J"]);
/** `1.2 M`, for axes and tiles. */
export const large = (value: number): string => scaled(value, ["", "k", "M", "G", "T"]).trim();
export const edp = (value: number): string => value.toExponential(3).replace("e+", "e");
export const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${short(ms / 1000, 3)} s`);

const names: Readonly<Record<string, string>> = {
  edp: "EDP",
  energy: "Energy",
  latency: "Cycles",
  "learned edp": "EDP, learned cycles",
  "learned latency": "Cycles, learned",
  measured: "Measured",
};
export const objectiveName = (objective: string): string => names[objective] ?? objective;

export function plainValue(objective: string, value: number): string {
  if (objective === "energy") return energy(value);
  if (objective === "measured") return short(value);
  return objective.endsWith("latency") ? count(value) : edp(value);
}

export function objectiveValue(objective: string, value: number): string {
  const unit = objective.endsWith("latency") ? " cycles" : objective.endsWith("edp") ? " pJ·cycles" : "";
  return `${plainValue(objective, value)}${unit}`;
}

/** `EDP 2.997e14`, `Cycles 688,128`: as short as a list of runs needs it. */
export const namedValue = (objective: string, value: number): string =>
  `${objectiveName(objective)} ${plainValue(objective, value)}`;

export const isProven = (bound: number, value: number): boolean => bound > 0 && bound >= value * (1 - 1e-6);

export function provenText(bound: number, value: number): string {
  if (isProven(bound, value)) return "Proven best.";
  return `At most ${percent(1 - bound / value)} better is possible.`;
}
