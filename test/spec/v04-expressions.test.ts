import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AttributeValue } from "../../server/src/spec/types.ts";
import { evaluateExpression } from "../../server/src/spec/v04/expressions.ts";

const scope = new Map<string, AttributeValue>([
  ["width", 64],
  ["array", [1, 2, 3]],
  ["buffer", { attributes: { depth: 512 }, spatial: { meshX: 4 } }],
  ["name", "glb"],
  ["e", 7],
]);
const evaluate = (text: string) => evaluateExpression(text, (name) => scope.get(name));

function value(text: string): AttributeValue {
  const result = evaluate(text);
  assert.ok("value" in result, `${text}: ${"failure" in result ? result.failure.message : ""}`);
  return result.value;
}

function failure(text: string) {
  const result = evaluate(text);
  assert.ok("failure" in result, text);
  return result.failure;
}

// What Python prints for these.
const known: readonly (readonly [string, AttributeValue])[] = [
  ["-2**2", -4],
  ["2**3**2", 512],
  ["2**-1", 0.5],
  ["-7 // 2", -4],
  ["-7 % 3", 2],
  ["7 % -3", -2],
  ["1 < 2 < 3", true],
  ["1 < 3 < 2", false],
  ["not 1 == 2", true],
  ["1 if width > 32 else 2 if width > 16 else 3", 1],
  ["0 or 5", 5],
  ["3 and 0", 0],
  ["1 if True else 1/0", 1],
  ["max(1, ceil(log2(width))) if width >= 1 else 1", 6],
  ["round(2.5)", 2],
  ["round(3.5)", 4],
  ["round(2.675, 1)", 2.7],
  ["sum([1, 2, 3]) + len(array)", 9],
  ["array[-1] * 2", 6],
  ['buffer.attributes["depth"] * buffer.spatial.meshX', 2048],
  ['("string1" + "string2")', "string1string2"],
  ["name == 'glb'", true],
  ["2 in array", true],
  ["4 not in array", true],
  ["factorial(5) + comb(5, 2) + perm(5, 2)", 150],
  ["gcd(12, 18)", 6],
  ["isqrt(17)", 4],
  ["int('12') + float('0.5')", 12.5],
  ["str(3) + str(True)", "3True"],
  ["prod(range(1, 5))", 24],
  ["1e-9 * 1_000_000_000", 1],
  ["0x10 + 0b11", 19],
  ["5 & 3 | 8 ^ 1", 9],
  ["1 << 10", 1024],
  ["{'a': 1}['a']", 1],
  ["e", 7],
  ["floor(pi)", 3],
  ["[1, [2, 3]][1][0]", 2],
  ["1 + 2 # a comment", 3],
  ["", null],
].filter(([text]) => text !== "") as [string, AttributeValue][];

for (const [text, wanted] of known) {
  test(`${text} is ${JSON.stringify(wanted)}`, () => assert.deepEqual(value(text), wanted));
}

test("special functions agree with published values", () => {
  const near = (text: string, wanted: number) => {
    const got = value(text) as number;
    assert.ok(Math.abs(got - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${text} = ${got}`);
  };
  near("erf(0.5)", 0.5204998778130465);
  near("erf(3)", 0.9999779095030014);
  near("erfc(4)", 1.541725790028002e-8);
  near("gamma(0.5)", 1.772453850905516);
  near("gamma(5)", 24);
  near("lgamma(10.5)", 13.940625219403763);
  near("remainder(7, 4)", -1);
});

test("a failure says where and why", () => {
  const { kind, start, end } = failure("width * heigth + 1");
  assert.deepEqual([kind, start, end], ["name", 8, 14]);
  assert.equal(failure("func(1)").kind, "function");
  assert.match(failure("func(1)").message, /Python files are not run/);
  assert.equal(failure("1 / 0").kind, "value");
  assert.match(failure("1 // 0").message, /division by zero/);
  for (const text of ["45nm", "1 +", "(1", "a b", "lambda x: x", "[i for i in array]", "x = 3", "$"])
    assert.equal(failure(text).kind, "syntax", text);
  assert.equal(failure("sqrt(-1)").kind, "value");
  assert.equal(failure("buffer.constructor").kind, "name");
  assert.equal(failure("array.length").kind, "name");
  assert.equal(failure("range(10**9)").kind, "value");
  assert.equal(failure("'a' * 10**9").kind, "value");
});

interface Arithmetic {
  text: string;
  value: number;
}

const isSmall = (x: number) => Number.isInteger(x) && Math.abs(x) < 2 ** 31;
const numbers = fc
  .integer({ min: -50, max: 50 })
  .map((n): Arithmetic => ({ text: n < 0 ? `(${n})` : `${n}`, value: n }));
const { tree } = fc.letrec<{ tree: Arithmetic }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6 },
    numbers,
    fc.tuple(fc.constantFrom("+", "-", "*", "/", "//", "%"), tie("tree"), tie("tree")).map(([written, a, b]) => {
      // The remainder of fractions and huge numbers depends on how they were rounded: small whole numbers only.
      const operator = written === "%" && !(isSmall(a.value) && isSmall(b.value)) ? "+" : written;
      const value =
        operator === "+"
          ? a.value + b.value
          : operator === "-"
            ? a.value - b.value
            : operator === "*"
              ? a.value * b.value
              : operator === "/"
                ? a.value / b.value
                : operator === "//"
                  ? Math.floor(a.value / b.value)
                  : a.value - b.value * Math.floor(a.value / b.value);
      return { text: `(${a.text} ${operator} ${b.text})`, value };
    }),
    tie("tree").map((a) => ({ text: `-${a.text}`, value: -a.value })),
    fc.tuple(tie("tree"), tie("tree"), tie("tree")).map(([a, b, c]) => ({
      text: `(${a.text} if ${b.text} > ${c.text} else ${c.text})`,
      value: b.value > c.value ? a.value : c.value,
    })),
    fc
      .tuple(tie("tree"), tie("tree"))
      .map(([a, b]) => ({ text: `max(${a.text}, ${b.text})`, value: Math.max(a.value, b.value) })),
  ),
}));

test("arithmetic agrees with JavaScript's on random expressions", () => {
  fc.assert(
    fc.property(tree, ({ text, value: wanted }) => {
      const result = evaluate(text);
      // Python refuses a division by zero that JavaScript turns into an infinity somewhere inside.
      if ("failure" in result) return /division by zero|not a number|not defined/.test(result.failure.message);
      const got = result.value as number;
      return Object.is(got, wanted) || got === wanted || Math.abs(got - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
    }),
    { numRuns: 2000 },
  );
});

test("precedence: flat chains of + - * agree with a left-to-right reading by terms", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom("+", "-", "*"), fc.integer({ min: 0, max: 9 })), {
        minLength: 1,
        maxLength: 20,
      }),
      (parts) => {
        const text = `1${parts.map(([operator, n]) => ` ${operator} ${n}`).join("")}`;
        let [sum, term] = [0, 1];
        for (const [operator, n] of parts) {
          if (operator === "*") term *= n;
          else [sum, term] = [sum + term, operator === "+" ? n : -n];
        }
        return value(text) === sum + term;
      },
    ),
  );
});

test("any text gives a value or a failure inside it, never an exception", () => {
  const characters = fc.constantFrom(
    ..."0129.ab_ \"'()[]{}+-*/%<>=!&|^~,:#\n",
    "if ",
    " else ",
    "not ",
    "in ",
    "width",
    "max(",
  );
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 60 }), (parts) => {
      const text = parts.join("");
      const result = evaluate(text);
      if ("value" in result) return true;
      const { start, end } = result.failure;
      return start >= 0 && start <= end && end <= text.length;
    }),
    { numRuns: 5000 },
  );
  assert.equal(failure("(".repeat(3000)).kind, "syntax");
  assert.equal(failure("-".repeat(3000)).kind, "syntax");
  assert.equal(failure("1".padEnd(5000, "+1")).kind, "syntax");
  assert.equal(value("1".padEnd(3999, "+1")), 2000);
});
