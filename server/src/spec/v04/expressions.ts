import type { AttributeValue } from "../types.ts";
import { ExpressionError } from "./expression-tokens.ts";
import { type Expression, parseExpression } from "./expression-tree.ts";
import {
  ArgumentError,
  expressionConstants,
  expressionFunctions,
  maximumListLength,
  truth,
  unsupportedFunctions,
} from "./functions.ts";

/** Values of the names an expression may use: earlier attributes, parents, variables, components. `undefined`: no such name. */
export type ExpressionScope = (name: string) => AttributeValue | undefined;

export interface ExpressionFailure {
  kind: ExpressionError["kind"];
  message: string;
  /** Offsets in the expression's own text. */
  start: number;
  end: number;
}

export type ExpressionResult = { value: AttributeValue } | { failure: ExpressionFailure };

/** Longer texts are refused, so that no chain of operators can exhaust the stack. */
const maximumLength = 4000;

/**
 * The value of Python-like arithmetic as v0.4 files use it (timeloopfe evaluates every unquoted attribute and
 * variable). Numbers are doubles: whole numbers are exact up to 2^53. Never throws.
 */
export function evaluateExpression(text: string, scope: ExpressionScope): ExpressionResult {
  try {
    if (text.length > maximumLength)
      throw new ExpressionError("syntax", `longer than ${maximumLength} characters`, 0, text.length);
    return { value: evaluate(parseExpression(text), scope) };
  } catch (error) {
    if (error instanceof ExpressionError)
      return { failure: { kind: error.kind, message: error.message, start: error.start, end: error.end } };
    // Bit operations on infinities and the like: no value either.
    return { failure: { kind: "value", message: "it has no value", start: 0, end: text.length } };
  }
}

function fail(kind: ExpressionError["kind"], at: Expression, message: string): never {
  throw new ExpressionError(kind, message, at.start, at.end);
}

function evaluate(node: Expression, scope: ExpressionScope): AttributeValue {
  switch (node.kind) {
    case "literal":
      return node.value;
    case "name":
      return lookUp(node, scope);
    case "list":
      return node.items.map((item) => evaluate(item, scope));
    case "dictionary":
      return Object.fromEntries(
        node.entries.map(({ key, value }) => [String(evaluate(key, scope)), evaluate(value, scope)]),
      );
    case "condition":
      return evaluate(truth(evaluate(node.test, scope)) ? node.whenTrue : node.whenFalse, scope);
    case "unary":
      return sign(node, evaluate(node.operand, scope));
    case "comparison":
      return compareChain(node, scope);
    case "binary":
      return node.operator === "and" || node.operator === "or" ? choose(node, scope) : arithmetic(node, scope);
    case "member":
      return member(node, evaluate(node.object, scope), node.name);
    case "index":
      return element(node, evaluate(node.object, scope), evaluate(node.index, scope));
    case "call":
      return call(node, scope);
  }
}

function lookUp(node: Extract<Expression, { kind: "name" }>, scope: ExpressionScope): AttributeValue {
  const value = scope(node.name) ?? expressionConstants.get(node.name);
  if (value !== undefined) return value;
  if (scope(node.name) === null) return null;
  const isFunction = expressionFunctions.has(node.name);
  return fail(
    "name",
    node,
    isFunction ? `“${node.name}” is a function: call it` : `nothing is called “${node.name}” here`,
  );
}

function sign(node: Extract<Expression, { kind: "unary" }>, value: AttributeValue): AttributeValue {
  if (node.operator === "not") return !truth(value);
  const operand = numeric(node.operand, value);
  return node.operator === "-" ? -operand : node.operator === "+" ? operand : ~operand;
}

function choose(node: Extract<Expression, { kind: "binary" }>, scope: ExpressionScope): AttributeValue {
  const left = evaluate(node.left, scope);
  return truth(left) === (node.operator === "and") ? evaluate(node.right, scope) : left;
}

function numeric(node: Expression, value: AttributeValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return fail("value", node, `${describe(value)} is not a number`);
}

function describe(value: AttributeValue): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a group of values" : `“${value}”`;
}

function arithmetic(node: Extract<Expression, { kind: "binary" }>, scope: ExpressionScope): AttributeValue {
  const left = evaluate(node.left, scope);
  const right = evaluate(node.right, scope);
  if (node.operator === "+") {
    if (typeof left === "string" && typeof right === "string") return left + right;
    if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right].slice(0, maximumListLength);
  }
  if (node.operator === "*" && (typeof left === "string" || Array.isArray(left)) && typeof right === "number")
    return repeat(node, left, right);
  const x = numeric(node.left, left);
  const y = numeric(node.right, right);
  if (y === 0 && ["/", "//", "%"].includes(node.operator)) return fail("value", node, "division by zero");
  const result = compute(node.operator, x, y);
  return Number.isNaN(result) && !Number.isNaN(x) && !Number.isNaN(y)
    ? fail("value", node, "the result is not a number")
    : result;
}

function repeat(node: Expression, value: string | AttributeValue[], times: number): AttributeValue {
  const count = Math.max(0, Math.trunc(times));
  if (value.length * count > maximumListLength) return fail("value", node, `longer than ${maximumListLength} elements`);
  return typeof value === "string" ? value.repeat(count) : Array.from({ length: count }, () => value).flat();
}

/** Python's operators on numbers: `//` and `%` round towards minus infinity. */
function compute(operator: string, x: number, y: number): number {
  switch (operator) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return x / y;
    case "//":
      return Math.floor(x / y);
    case "%":
      return modulo(x, y);
    case "**":
      return x ** y;
    case "<<":
      return x * 2 ** y;
    case ">>":
      return Math.floor(x / 2 ** y);
    case "&":
      return Number(BigInt(Math.trunc(x)) & BigInt(Math.trunc(y)));
    case "|":
      return Number(BigInt(Math.trunc(x)) | BigInt(Math.trunc(y)));
    default:
      return Number(BigInt(Math.trunc(x)) ^ BigInt(Math.trunc(y)));
  }
}

function modulo(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

function compareChain(node: Extract<Expression, { kind: "comparison" }>, scope: ExpressionScope): boolean {
  let leftNode = node.operands[0] as Expression;
  let left = evaluate(leftNode, scope);
  for (let k = 0; k < node.operators.length; k++) {
    const rightNode = node.operands[k + 1] as Expression;
    const right = evaluate(rightNode, scope);
    if (!compare(node.operators[k] as string, left, right, leftNode, rightNode)) return false;
    [left, leftNode] = [right, rightNode];
  }
  return true;
}

function compare(
  operator: string,
  left: AttributeValue,
  right: AttributeValue,
  leftNode: Expression,
  rightNode: Expression,
): boolean {
  switch (operator) {
    case "==":
    case "is":
      return same(left, right);
    case "!=":
    case "is not":
      return !same(left, right);
    case "in":
      return contains(rightNode, left, right);
    case "not in":
      return !contains(rightNode, left, right);
  }
  const strings = typeof left === "string" && typeof right === "string";
  const x = strings ? left : numeric(leftNode, left);
  const y = strings ? right : numeric(rightNode, right);
  return operator === "<" ? x < y : operator === ">" ? x > y : operator === "<=" ? x <= y : x >= y;
}

function same(left: AttributeValue, right: AttributeValue): boolean {
  if (typeof left === "boolean" && typeof right === "number") return Number(left) === right;
  if (typeof right === "boolean" && typeof left === "number") return Number(right) === left;
  return (
    left === right ||
    (typeof left === "object" && typeof right === "object" && JSON.stringify(left) === JSON.stringify(right))
  );
}

function contains(node: Expression, item: AttributeValue, group: AttributeValue): boolean {
  if (Array.isArray(group)) return group.some((other) => same(item, other));
  if (typeof group === "string" && typeof item === "string") return group.includes(item);
  if (typeof group === "object" && group !== null) return Object.hasOwn(group, String(item));
  return fail("value", node, `${describe(group)} holds no elements`);
}

function member(node: Expression, object: AttributeValue, name: string): AttributeValue {
  if (typeof object === "object" && object !== null && !Array.isArray(object) && Object.hasOwn(object, name))
    return object[name] as AttributeValue;
  return fail("name", node, `${describe(object)} has no “${name}”`);
}

function element(node: Expression, object: AttributeValue, index: AttributeValue): AttributeValue {
  if (typeof object === "string" || Array.isArray(object)) {
    const position = numeric(node, index);
    const found = object[position < 0 ? object.length + position : position];
    return found === undefined
      ? fail("value", node, `there is no element ${position}: the length is ${object.length}`)
      : found;
  }
  return member(node, object, String(index));
}

function call(node: Extract<Expression, { kind: "call" }>, scope: ExpressionScope): AttributeValue {
  const { callee } = node;
  if (callee.kind !== "name") return fail("function", callee, "only named functions can be called");
  const known = expressionFunctions.get(callee.name);
  if (known === undefined) {
    const why = unsupportedFunctions.has(callee.name)
      ? "is not supported"
      : "is not known: functions of Python files are not run";
    return fail("function", callee, `function “${callee.name}” ${why}`);
  }
  const values = node.arguments.map((argument) => evaluate(argument, scope));
  try {
    return known(values);
  } catch (error) {
    if (error instanceof ArgumentError) return fail("value", node, `“${callee.name}” ${error.message}`);
    throw error;
  }
}
