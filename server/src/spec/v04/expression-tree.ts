import { ExpressionError, type Token, tokenizeExpression } from "./expression-tokens.ts";

interface Span {
  start: number;
  end: number;
}

/** What an expression is made of. Offsets are in the expression's own text. */
export type Expression = Span &
  (
    | { kind: "literal"; value: number | string | boolean | null }
    | { kind: "name"; name: string }
    | { kind: "unary"; operator: string; operand: Expression }
    | { kind: "binary"; operator: string; left: Expression; right: Expression }
    | { kind: "comparison"; operators: string[]; operands: Expression[] }
    | { kind: "condition"; test: Expression; whenTrue: Expression; whenFalse: Expression }
    | { kind: "call"; callee: Expression; arguments: Expression[] }
    | { kind: "member"; object: Expression; name: string }
    | { kind: "index"; object: Expression; index: Expression }
    | { kind: "list"; items: Expression[] }
    | { kind: "dictionary"; entries: { key: Expression; value: Expression }[] }
  );

/** Deeper nesting than this is refused, so that no input can exhaust the stack. */
const maximumDepth = 100;

/** Left binding powers of Python's binary operators, loosest first. */
const binaryPower: Readonly<Record<string, number>> = {
  or: 2,
  and: 3,
  "|": 6,
  "^": 7,
  "&": 8,
  "<<": 9,
  ">>": 9,
  "+": 10,
  "-": 10,
  "*": 11,
  "/": 11,
  "//": 11,
  "%": 11,
  "**": 13,
};
const conditionPower = 1;
const notPower = 4;
const comparisonPower = 5;
const signPower = 12;
const comparisons = new Set(["<", ">", "<=", ">=", "==", "!=", "in", "not in", "is", "is not"]);
const unsupportedWords = new Set(["lambda", "for", "def", "return", "import", "await", "yield", "class"]);
const reservedWords = new Set(["if", "else", "and", "or", "in", "is"]);

class Parser {
  private position = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Expression {
    const expression = this.parse(0);
    const rest = this.peek();
    if (rest.kind !== "end") throw this.unexpected(rest);
    return expression;
  }

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)] as Token;
  }

  private take(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }

  private is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === "operator" || token.kind === "name");
  }

  private expect(text: string): Token {
    if (!this.is(text)) throw this.unexpected(this.peek(), `“${text}”`);
    return this.take();
  }

  private unexpected(token: Token, wanted?: string): ExpressionError {
    const found = token.kind === "end" ? "the expression ends" : `found “${token.text}”`;
    const message = unsupportedWords.has(token.text)
      ? `“${token.text}” is Python beyond arithmetic, which is not run`
      : wanted === undefined
        ? `${found} where a value or an operator is expected`
        : `${found} where ${wanted} is expected`;
    return new ExpressionError("syntax", message, token.start, token.end);
  }

  private parse(power: number): Expression {
    this.depth += 1;
    if (this.depth > maximumDepth) {
      const token = this.peek();
      throw new ExpressionError("syntax", `nested deeper than ${maximumDepth} levels`, token.start, token.end);
    }
    let left = this.prefix();
    for (;;) {
      const next = this.infix(left, power);
      if (next === null) break;
      left = next;
    }
    this.depth -= 1;
    return left;
  }

  private prefix(): Expression {
    const token = this.take();
    const { start, end } = token;
    if (token.kind === "number") return { kind: "literal", value: Number(token.text.replaceAll("_", "")), start, end };
    if (token.kind === "string") {
      let value = token.text;
      let last = end;
      while (this.peek().kind === "string") {
        const more = this.take();
        value += more.text;
        last = more.end;
      }
      return { kind: "literal", value, start, end: last };
    }
    if (token.kind === "name") {
      if (token.text === "True" || token.text === "False")
        return { kind: "literal", value: token.text === "True", start, end };
      if (token.text === "None") return { kind: "literal", value: null, start, end };
      if (token.text === "not") {
        const operand = this.parse(notPower);
        return { kind: "unary", operator: "not", operand, start, end: operand.end };
      }
      if (unsupportedWords.has(token.text) || reservedWords.has(token.text)) throw this.unexpected(token);
      return { kind: "name", name: token.text, start, end };
    }
    if (token.text === "-" || token.text === "+" || token.text === "~") {
      const operand = this.parse(signPower);
      return { kind: "unary", operator: token.text, operand, start, end: operand.end };
    }
    if (token.text === "(") return this.parenthesis(start);
    if (token.text === "[") {
      const items = this.items("]");
      return { kind: "list", items, start, end: this.expect("]").end };
    }
    if (token.text === "{") return this.dictionary(start);
    throw this.unexpected(token);
  }

  private parenthesis(start: number): Expression {
    if (this.is(")")) return { kind: "list", items: [], start, end: this.take().end };
    const first = this.parse(0);
    if (!this.is(",")) {
      this.expect(")");
      return first;
    }
    this.take();
    const items = [first, ...this.items(")")];
    return { kind: "list", items, start, end: this.expect(")").end };
  }

  private items(close: string): Expression[] {
    const items: Expression[] = [];
    while (!this.is(close)) {
      items.push(this.parse(0));
      if (!this.is(",")) break;
      this.take();
    }
    return items;
  }

  private dictionary(start: number): Expression {
    const entries: { key: Expression; value: Expression }[] = [];
    while (!this.is("}")) {
      const key = this.parse(0);
      this.expect(":");
      entries.push({ key, value: this.parse(0) });
      if (!this.is(",")) break;
      this.take();
    }
    return { kind: "dictionary", entries, start, end: this.expect("}").end };
  }

  private infix(left: Expression, power: number): Expression | null {
    const token = this.peek();
    if (token.kind !== "operator" && token.kind !== "name") return null;
    const start = left.start;
    if (token.text === "(") return this.call(left);
    if (token.text === "[") {
      this.take();
      const index = this.parse(0);
      return { kind: "index", object: left, index, start, end: this.expect("]").end };
    }
    if (token.text === ".") {
      this.take();
      const name = this.take();
      if (name.kind !== "name") throw this.unexpected(name, "a name");
      return { kind: "member", object: left, name: name.text, start, end: name.end };
    }
    if (this.comparisonAhead() !== null) return power < comparisonPower ? this.comparison(left) : null;
    if (token.text === "if") {
      if (power >= conditionPower) return null;
      this.take();
      const test = this.parse(conditionPower);
      this.expect("else");
      const whenFalse = this.parse(0);
      return { kind: "condition", test, whenTrue: left, whenFalse, start, end: whenFalse.end };
    }
    const binding = binaryPower[token.text];
    if (binding === undefined || binding <= power) return null;
    this.take();
    const right = this.parse(token.text === "**" ? signPower - 1 : binding);
    return { kind: "binary", operator: token.text, left, right, start, end: right.end };
  }

  private call(callee: Expression): Expression {
    this.expect("(");
    const values = this.items(")");
    return { kind: "call", callee, arguments: values, start: callee.start, end: this.expect(")").end };
  }

  private comparisonAhead(): { operator: string; words: number } | null {
    const text = this.peek().text;
    if (text === "not" && this.is("in", 1)) return { operator: "not in", words: 2 };
    if (text === "is" && this.is("not", 1)) return { operator: "is not", words: 2 };
    return comparisons.has(text) ? { operator: text, words: 1 } : null;
  }

  private comparison(first: Expression): Expression {
    const operands = [first];
    const operators: string[] = [];
    for (let ahead = this.comparisonAhead(); ahead !== null; ahead = this.comparisonAhead()) {
      this.position += ahead.words;
      operators.push(ahead.operator);
      operands.push(this.parse(comparisonPower));
    }
    return { kind: "comparison", operators, operands, start: first.start, end: (operands.at(-1) as Expression).end };
  }
}

/** Parses Python-like arithmetic. Throws {@link ExpressionError} of kind `syntax`. */
export function parseExpression(text: string): Expression {
  return new Parser(tokenizeExpression(text)).whole();
}
