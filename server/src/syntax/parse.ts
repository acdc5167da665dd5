/** A whole YAML text to a tree with places. Never throws; a half-typed text gives its rest. */

import { Composer, type Document, Lexer, Parser, type YAMLError } from "yaml";
import { type ReportSyntax, TreeBuilder } from "./builder.ts";
import { maxDepth, maxFileLength, maxProblems, maxTokenLength, maxTokens } from "./limits.ts";
import { Pieces, pieceLength } from "./pieces.ts";
import type { Location, Problem, SourceFile } from "./source.ts";
import { finish } from "./steps.ts";
import type { YamlFile, YamlNode } from "./tree.ts";

export interface Parsed {
  tree: YamlFile;
  /** Tokens of the parser. */
  tokens: number;
  /** Some node has an anchor or is an alias: parts of the text depend on each other. */
  anchored: boolean;
}

export function parse(file: SourceFile): Parsed {
  return finish(parsing(file));
}

/** How often a text was parsed, whole or a piece of one: tests see by it that nothing is parsed twice. */
export const parseStatistics = { parses: 0 };

/** Tokens read between two pauses. */
const tokensPerStep = 1_000;

const composerOptions = {
  schema: "failsafe",
  resolveKnownTags: false,
  prettyErrors: false,
  uniqueKeys: false,
  logLevel: "silent",
} as const;

/** The same in steps. A document is composed when its last token is there. */
export function* parsing(file: SourceFile, piece = pieceLength): Generator<void, Parsed> {
  parseStatistics.parses++;
  const problems: Problem[] = [];
  const report: ReportSyntax = (code, message, start, end, severity = "error") => {
    if (problems.length < maxProblems) problems.push({ code, severity, message, location: clamp(file, start, end) });
  };
  if (file.text.length > maxFileLength) {
    const megabytes = (file.text.length / 1024 / 1024).toFixed(1);
    const limit = maxFileLength / 1024 / 1024;
    report("file-too-large", `This file has ${megabytes} MB; files up to ${limit} MB are read.`, 0, 1);
    return { tree: { documents: [], root: null, problems }, tokens: 0, anchored: false };
  }
  const documents: YamlNode[] = [];
  const count = { tokens: 0 };
  const builder = new TreeBuilder(file, report);
  const composer = new Composer(composerOptions);
  const pieces = new Pieces(builder, composerOptions, piece);
  // The parser makes an Error per mistake; without stack traces a file full of mistakes stays fast and small.
  const { stackTraceLimit } = Error;
  function* pause(): Generator<void, void> {
    Error.stackTraceLimit = stackTraceLimit;
    yield;
    Error.stackTraceLimit = 0;
  }
  function* take(composed: Iterable<Document.Parsed>): Generator<void, void> {
    for (const document of composed) {
      let lost = false;
      for (const error of [...pieces.errors.splice(0), ...document.errors].sort((a, b) => a.pos[0] - b.pos[0])) {
        // Once the parser has lost its way it complains about every word to the end.
        if (lost && error.code === "UNEXPECTED_TOKEN") continue;
        lost ||= error.code === "UNEXPECTED_TOKEN";
        reportSyntax(error, file.text, report);
      }
      yield* pause();
      const root = builder.build(document);
      if (root !== null) documents.push(root);
    }
  }
  Error.stackTraceLimit = 0;
  try {
    let first = true;
    for (const token of tokens(file.text, report, count)) {
      if (token === null) {
        yield* pause();
        continue;
      }
      // The composer holds a document back until it meets the next, which may be tagged and anchored otherwise.
      if (first && token.type === "document") {
        for (const _ of pieces.take(token, file.text.length)) yield* pause();
      }
      first &&= token.type !== "document" && token.type !== "directive";
      yield* take(composer.next(token));
    }
    yield* pause();
    yield* take(composer.end());
  } catch (error) {
    // The parser may run out of stack on input made for that; anything else is a defect of the parser.
    report("yaml-unreadable", `This text cannot be read as YAML (${(error as Error).message}).`, 0, 1);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  problems.sort(inOrder);
  return {
    tree: { documents, root: documents[0] ?? null, problems },
    tokens: count.tokens,
    anchored: builder.anchored,
  };
}

/** Tokens of the documents with `null` for a pause, cut off where nesting or number of tokens exceed the limits. */
function* tokens(text: string, report: ReportSyntax, count: { tokens: number }) {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.length > maxTokenLength) {
      const at = parser.offset;
      report(
        "file-too-large",
        `A single value is longer than ${maxTokenLength} characters; the rest is not read.`,
        at,
        at + 1,
      );
      break;
    }
    yield* parser.next(lexeme);
    count.tokens++;
    if (count.tokens % tokensPerStep === 0) yield null;
    if (parser.stack.length > maxDepth) {
      const at = parser.offset;
      report(
        "yaml-too-deep",
        `Collections are nested more than ${maxDepth} deep here; the rest is not read.`,
        at,
        at + 1,
      );
      break;
    }
    if (count.tokens > maxTokens) {
      const at = parser.offset;
      report("file-too-large", `The file has more than ${maxTokens} YAML tokens; the rest is not read.`, at, at + 1);
      break;
    }
  }
  yield* parser.end();
}

const codes: Partial<Record<YAMLError["code"], string>> = {
  TAB_AS_INDENT: "yaml-tab",
  BAD_INDENT: "yaml-indentation",
  MISSING_CHAR: "yaml-missing-character",
  BAD_ALIAS: "yaml-alias",
};

function reportSyntax(error: YAMLError, text: string, report: ReportSyntax): void {
  const [start, end] = error.pos;
  if (error.code === "TAB_AS_INDENT" || (error.code === "BAD_SCALAR_START" && text[start] === "\t")) {
    report("yaml-tab", "A tab cannot indent YAML; use spaces.", start, end);
    return;
  }
  const message = error.message.replace(/\s+/g, " ").slice(0, 300);
  report(codes[error.code] ?? "yaml-syntax", /[.!?]$/.test(message) ? message : `${message}.`, start, end);
}

/** By place; at one place in an order that does not depend on when each was found. */
function inOrder(a: Problem, b: Problem): number {
  return a.location.start - b.location.start || b.location.end - a.location.end || (a.message < b.message ? -1 : 1);
}

function clamp(file: SourceFile, start: number, end: number): Location {
  const from = Math.max(0, Math.min(start, file.text.length));
  return { uri: file.uri, start: from, end: Math.max(from, Math.min(end, file.text.length)) };
}
