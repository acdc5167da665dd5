import type { AttributeValue } from "../types.ts";
import { erf, erfc, gamma, logGamma } from "./special-functions.ts";

/** A function refused its arguments; the message completes “NAME …”. */
export class ArgumentError extends Error {}

/** Lists longer than this are refused: nothing in an architecture needs them. */
export const maximumListLength = 10_000;

function number(value: AttributeValue | undefined): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "number") throw new ArgumentError("needs numbers");
  return value;
}

function whole(value: AttributeValue | undefined): number {
  const result = number(value);
  if (!Number.isInteger(result)) throw new ArgumentError("needs whole numbers");
  return result;
}

function list(value: AttributeValue | undefined): AttributeValue[] {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return [...value];
  if (typeof value === "object" && value !== null) return Object.keys(value);
  throw new ArgumentError("needs a list");
}

/** Numbers given one by one or as one list. */
function numbers(values: readonly AttributeValue[]): number[] {
  const items = values.length === 1 && typeof values[0] === "object" ? list(values[0]) : values;
  if (items.length === 0) throw new ArgumentError("needs at least one number");
  return items.map(number);
}

function real(value: number): number {
  if (Number.isNaN(value)) throw new ArgumentError("is not defined for these arguments");
  return value;
}

/** Python's truth of a value. */
export function truth(value: AttributeValue): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Rounds halves to even, as Python does. */
function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  const scaled = value * scale;
  const down = Math.floor(scaled);
  const rest = scaled - down;
  const rounded = rest < 0.5 ? down : rest > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1;
  return Number.isFinite(scaled) ? rounded / scale : value;
}

function productFrom(first: number, last: number): number {
  let product = 1;
  for (let k = first; k <= last && Number.isFinite(product); k++) product *= k;
  return product;
}

function combinations(n: number, k: number): number {
  if (k > n) return 0;
  const few = Math.min(k, n - k);
  let result = 1;
  for (let i = 1; i <= few && Number.isFinite(result); i++) result = (result * (n - few + i)) / i;
  return Math.round(result);
}

function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

function range(values: readonly AttributeValue[]): number[] {
  const [first = 0, second, third] = values.map(whole);
  const [start, stop, step] = second === undefined ? [0, first, 1] : [first, second, third ?? 1];
  if (step === 0) throw new ArgumentError("needs a step other than 0");
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > maximumListLength) throw new ArgumentError(`makes a list of more than ${maximumListLength} numbers`);
  return Array.from({ length }, (_, k) => start + k * step);
}

/** IEEE remainder: x − y·n with n the whole number nearest x/y, halves to even. */
function remainder(x: number, y: number): number {
  return x - y * round(x / y, 0);
}

function text(value: AttributeValue | undefined): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function toNumber(value: AttributeValue | undefined): number {
  if (typeof value !== "string") return number(value);
  const result = Number(value.replaceAll("_", ""));
  if (value.trim() === "" || Number.isNaN(result)) throw new ArgumentError(`cannot read “${value}” as a number`);
  return result;
}

type ExpressionFunction = (values: AttributeValue[]) => AttributeValue;
const unary =
  (f: (x: number) => number): ExpressionFunction =>
  ([x]) =>
    real(f(number(x)));
const binary =
  (f: (x: number, y: number) => number): ExpressionFunction =>
  ([x, y]) =>
    real(f(number(x), number(y)));

/** The functions that the front end offers to expressions (`accelergy/parsing_utils.py`, `MATH_FUNCS`). */
export const expressionFunctions: ReadonlyMap<string, ExpressionFunction> = new Map<string, ExpressionFunction>([
  ...(
    ["ceil", "floor", "trunc", "exp", "expm1", "log1p", "log2", "log10", "sqrt", "acos", "asin", "atan"] as const
  ).map((name) => [name, unary(Math[name])] as const),
  ...(["cos", "sin", "tan", "acosh", "asinh", "atanh", "cosh", "sinh", "tanh"] as const).map(
    (name) => [name, unary(Math[name])] as const,
  ),
  ["fabs", unary(Math.abs)],
  ["abs", unary(Math.abs)],
  ["log", (v) => real(v.length > 1 ? Math.log(number(v[0])) / Math.log(number(v[1])) : Math.log(number(v[0])))],
  ["pow", binary((x, y) => x ** y)],
  ["atan2", binary(Math.atan2)],
  ["fmod", binary((x, y) => x % y)],
  ["remainder", binary(remainder)],
  ["copysign", binary((x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)))],
  ["ldexp", binary((x, y) => x * 2 ** y)],
  ["degrees", unary((x) => (x * 180) / Math.PI)],
  ["radians", unary((x) => (x * Math.PI) / 180)],
  ["erf", unary(erf)],
  ["erfc", unary(erfc)],
  ["gamma", unary(gamma)],
  ["lgamma", unary(logGamma)],
  ["factorial", ([n]) => productFrom(2, real(whole(n) < 0 ? Number.NaN : whole(n)))],
  ["comb", ([n, k]) => combinations(whole(n), whole(k))],
  ["perm", ([n, k]) => productFrom(whole(n) - (k === undefined ? whole(n) : whole(k)) + 1, whole(n))],
  ["isqrt", ([n]) => Math.floor(real(Math.sqrt(whole(n))))],
  ["gcd", (v) => v.map(whole).reduce(gcd, 0)],
  ["frexp", ([x]) => frexp(number(x))],
  ["modf", ([x]) => [number(x) % 1, Math.trunc(number(x))]],
  ["isclose", ([x, y]) => Math.abs(number(x) - number(y)) <= 1e-9 * Math.max(Math.abs(number(x)), Math.abs(number(y)))],
  ["isfinite", ([x]) => Number.isFinite(number(x))],
  ["isinf", ([x]) => Math.abs(number(x)) === Number.POSITIVE_INFINITY],
  ["isnan", ([x]) => Number.isNaN(number(x))],
  [
    "fsum",
    ([x]) =>
      list(x)
        .map(number)
        .reduce((a, b) => a + b, 0),
  ],
  [
    "sum",
    ([x, start]) =>
      list(x)
        .map(number)
        .reduce((a, b) => a + b, start === undefined ? 0 : number(start)),
  ],
  [
    "prod",
    ([x]) =>
      list(x)
        .map(number)
        .reduce((a, b) => a * b, 1),
  ],
  ["dist", ([a, b]) => Math.hypot(...list(a).map((x, k) => number(x) - number(list(b)[k])))],
  ["hypot", (v) => Math.hypot(...v.map(number))],
  ["min", (v) => Math.min(...numbers(v))],
  ["max", (v) => Math.max(...numbers(v))],
  ["round", ([x, digits]) => round(number(x), digits === undefined ? 0 : whole(digits))],
  ["range", range],
  ["len", ([x]) => list(x).length],
  ["float", ([x]) => toNumber(x)],
  ["int", ([x]) => real(Math.trunc(toNumber(x)))],
  ["str", ([x]) => text(x)],
  ["bool", ([x]) => (x === undefined ? false : truth(x))],
  ["list", ([x]) => [...list(x)]],
  ["tuple", ([x]) => [...list(x)]],
  ["enumerate", ([x]) => list(x).map((item, k) => [k, item])],
]);

function frexp(x: number): AttributeValue {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1);
  let mantissa = x * 2 ** -exponent;
  while (Math.abs(mantissa) < 0.5) [mantissa, exponent] = [mantissa * 2, exponent - 1];
  while (Math.abs(mantissa) >= 1) [mantissa, exponent] = [mantissa / 2, exponent + 1];
  return [mantissa, exponent];
}

/** Names with a fixed value. Variables and attributes of the same name come first. */
export const expressionConstants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
  ["tau", 2 * Math.PI],
  ["inf", Number.POSITIVE_INFINITY],
  ["nan", Number.NaN],
]);

/** Offered by the front end, but of no use without its process: reported, never run. */
export const unsupportedFunctions: ReadonlySet<string> = new Set(["getcwd", "map"]);
