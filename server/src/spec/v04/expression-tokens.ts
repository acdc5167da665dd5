/** Words of the arithmetic in v0.4 files: a subset of Python's lexical grammar. */

export type TokenKind = "number" | "string" | "name" | "operator" | "end";

export interface Token {
  kind: TokenKind;
  /** Text as written; strings without their quotes and with escapes resolved. */
  text: string;
  start: number;
  end: number;
}

/** Why a text is not an expression, or cannot be computed; offsets are in the expression's own text. */
export class ExpressionError extends Error {
  constructor(
    readonly kind: "syntax" | "name" | "function" | "value",
    message: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(message);
  }
}

const numberPattern =
  /(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y;
const namePattern = /[\p{L}_][\p{L}\p{N}_]*/uy;
const operators = ["**", "//", "<=", ">=", "==", "!=", "<<", ">>", ..."+-*/%<>()[]{},.:&|^~"];
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", '"': '"' };

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function readString(text: string, start: number): Token {
  const quote = text[start];
  let value = "";
  let at = start + 1;
  while (at < text.length && text[at] !== quote) {
    if (text[at] === "\\" && at + 1 < text.length) {
      const next = text[at + 1] as string;
      value += escapes[next] ?? `\\${next}`;
      at += 2;
    } else {
      value += text[at];
      at += 1;
    }
  }
  if (at >= text.length) throw new ExpressionError("syntax", "the string is not closed", start, text.length);
  return { kind: "string", text: value, start, end: at + 1 };
}

/** Splits `text`; ends with a token of kind `end`. Throws {@link ExpressionError} at the first character that fits nowhere. */
export function tokenizeExpression(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (/\s/.test(character)) {
      at += 1;
      continue;
    }
    if (character === "#") {
      const line = text.indexOf("\n", at);
      at = line < 0 ? text.length : line;
      continue;
    }
    let token: Token;
    const number = /[\d.]/.test(character) ? match(numberPattern, text, at) : null;
    const name = match(namePattern, text, at);
    if (number !== null) token = { kind: "number", text: number, start: at, end: at + number.length };
    else if (name !== null) token = { kind: "name", text: name, start: at, end: at + name.length };
    else if (character === '"' || character === "'") token = readString(text, at);
    else {
      const operator = operators.find((candidate) => text.startsWith(candidate, at));
      if (operator === undefined) throw new ExpressionError("syntax", `“${character}” has no meaning here`, at, at + 1);
      token = { kind: "operator", text: operator, start: at, end: at + operator.length };
    }
    const previous = tokens.at(-1);
    if (previous?.kind === "number" && token.kind === "name" && previous.end === token.start)
      throw new ExpressionError(
        "syntax",
        `“${previous.text}${token.text}” is neither a number nor a name`,
        previous.start,
        token.end,
      );
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return tokens;
}
