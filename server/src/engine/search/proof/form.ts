import { directiveNames } from "../../mapspace/constraints.ts";

/** A place where a certificate is not formed as certificates are, as `labels[3].keep`, and what must be there. */
export interface FormFault {
  kind: "malformed";
  place: string;
  expected: FormExpected;
}

export type FormExpected =
  | "format"
  | "object"
  | "list"
  | "pair"
  | "text"
  | "truth"
  | "whole"
  | "positive-whole"
  | "amount"
  | "positive-amount"
  | "label-bound"
  | "objective"
  | "kind";

type Check = (value: unknown, place: string) => FormFault | null;

function is(expected: FormExpected, test: (value: unknown) => boolean): Check {
  return (value, place) => (test(value) ? null : { kind: "malformed", place, expected });
}

function list(each: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) return { kind: "malformed", place, expected: "list" };
    return first(Array.from(value, (item, i) => () => each(item, `${place}[${i}]`)));
  };
}

function object(fields: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  return (value, place) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return { kind: "malformed", place, expected: "object" };
    }
    const entries = value as Record<string, unknown>;
    const inside = (name: string) => (place === "" ? name : `${place}.${name}`);
    return first([
      ...Object.entries(fields).map(
        ([name, check]) =>
          () =>
            check(entries[name], inside(name)),
      ),
      ...Object.entries(optional).map(
        ([name, check]) =>
          () =>
            entries[name] === undefined ? null : check(entries[name], inside(name)),
      ),
    ]);
  };
}

function first(checks: readonly (() => FormFault | null)[]): FormFault | null {
  for (const check of checks) {
    const fault = check();
    if (fault !== null) return fault;
  }
  return null;
}

const text = is("text", (value) => typeof value === "string");
const truth = is("truth", (value) => typeof value === "boolean");
const whole = is("whole", (value) => Number.isSafeInteger(value) && (value as number) >= 0);
const positiveWhole = is("positive-whole", (value) => Number.isSafeInteger(value) && (value as number) > 0);
const amount = is("amount", (value) => Number.isFinite(value) && (value as number) >= 0);
const positiveAmount = is("positive-amount", (value) => Number.isFinite(value) && (value as number) > 0);
const loops = list(object({ dimension: whole, factor: positiveWhole, residual: positiveWhole }));
const level = object(
  { temporal: loops, spatialX: loops, spatialY: loops, keep: list(truth) },
  Object.fromEntries(directiveNames.map((name) => [name, list(truth)])),
);

const certificate = object({
  format: is("format", (value) => value === "mapspace-certificate-1"),
  inputs: text,
  objective: is("objective", (value) => ["edp", "energy", "latency"].includes(value as string)),
  // Of remainders in time nothing is proven.
  kind: is("kind", (value) => ["pfm", "padded", "ruby-s"].includes(value as string)),
  incumbent: object({
    mapping: object({ levels: list(level) }),
    bounds: list(positiveWhole),
    energyPj: amount,
    cycles: amount,
    value: amount,
  }),
  bound: positiveAmount,
  labels: list(
    object({
      spread: list((value, place) =>
        Array.isArray(value) && value.length === 2
          ? list(whole)(value, place)
          : { kind: "malformed", place, expected: "pair" },
      ),
      keep: list(whole),
      // In JSON, a group without a mapping that fits has no number.
      bound: is("label-bound", (value) => value === null || (typeof value === "number" && value >= 0)),
    }),
  ),
  labelDigest: text,
});

/** The first place of a certificate, from wherever it came, that is not formed as certificates are. */
export function formFault(value: unknown): FormFault | null {
  return certificate(value, "");
}
