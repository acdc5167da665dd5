/** What each feature says about a fixture, as text that does not depend on offsets. */

import assert from "node:assert/strict";
import type { DocumentSymbol, Range, SelectionRange, TextEdit, WorkspaceEdit } from "vscode-languageserver-types";
import { codeActions, fixAllKind } from "../../server/src/features/code-actions.ts";
import { codeLenses, withActions } from "../../server/src/features/code-lens.ts";
import { completions } from "../../server/src/features/completion.ts";
import type { CheckedContext } from "../../server/src/features/context.ts";
import { convertActions, isConvertible } from "../../server/src/features/convert.ts";
import { documentDiagnostics } from "../../server/src/features/diagnostics.ts";
import { foldingRanges } from "../../server/src/features/folding.ts";
import { formatting } from "../../server/src/features/formatting.ts";
import { hover } from "../../server/src/features/hover.ts";
import { inlayHints } from "../../server/src/features/inlay-hints.ts";
import { documentLinks } from "../../server/src/features/links.ts";
import { definitions, highlights, references } from "../../server/src/features/navigation.ts";
import { optimizeActions, optimizeLenses } from "../../server/src/features/optimize.ts";
import { prepareRename, rename } from "../../server/src/features/rename.ts";
import { designReport } from "../../server/src/features/report.ts";
import { selectionRanges } from "../../server/src/features/selection.ts";
import { semanticTokenLegend, semanticTokens } from "../../server/src/features/semantic-tokens.ts";
import { documentSymbols } from "../../server/src/features/symbols.ts";
import { defaultSettings, readSettings } from "../../server/src/lsp/settings.ts";
import { LineIndex, lineIndex } from "../../server/src/syntax/position.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { contextOf, type Fixture, lineOf, shownLine, withoutDisguise } from "./fixture.ts";

type Check = (context: CheckedContext, offset: number, fixture: Fixture) => string;

const base = (uri: string) => uri.slice(uri.lastIndexOf("/") + 1);
const position = (context: CheckedContext, offset: number) => lineIndex(context.file).position(offset);
const severities = ["", "error", "warning", "information", "hint"];

function textOf(context: CheckedContext, range: Range, uri = context.file.uri): string {
  const file = context.snapshot.files.find((candidate) => candidate.uri === uri) ?? context.file;
  const index = lineIndex(file);
  return file.text.slice(index.offset(range.start), index.offset(range.end)).replaceAll("\r\n", "\n");
}

/** `file: line with [the range] marked`. */
function marked(context: CheckedContext, uri: string, range: Range): string {
  const line = lineOf(context, uri, range.start.line);
  const bom =
    range.start.line === 0 && context.snapshot.files.find((f) => f.uri === uri)?.text.startsWith("\ufeff") ? 1 : 0;
  const [start, end] = [
    range.start.character - bom,
    range.end.line === range.start.line ? range.end.character - bom : line.length,
  ];
  return `${base(uri)}: ${line.slice(0, start)}[${line.slice(start, end)}]${line.slice(end)}`;
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const index = new LineIndex(text);
  const sorted = edits
    .map((edit) => ({ start: index.offset(edit.range.start), end: index.offset(edit.range.end), text: edit.newText }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let result = "";
  let at = 0;
  for (const edit of sorted) {
    assert.ok(edit.start >= at, "edits overlap");
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  result += text.slice(at);
  const loneLineFeed = /(?<!\r)\n/;
  if (text.includes("\r\n") && !loneLineFeed.test(text))
    assert.doesNotMatch(result, loneLineFeed, "line ends are kept");
  if (text.startsWith("\ufeff")) assert.match(result, /^\ufeff/, "the byte order mark stays first");
  return result;
}

/** Lines that an edit takes away and brings, by file. */
function changes(context: CheckedContext, edit: WorkspaceEdit): string {
  return Object.entries(edit.changes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([uri, edits]) => {
      const file = context.snapshot.files.find((candidate) => candidate.uri === uri)!;
      const before = withoutDisguise(file.text).split("\n");
      const after = withoutDisguise(applyEdits(file.text, edits)).split("\n");
      let head = 0;
      while (head < before.length && before[head] === after[head]) head++;
      let tail = 0;
      while (tail < Math.min(before.length, after.length) - head && before.at(-1 - tail) === after.at(-1 - tail))
        tail++;
      const pairs = before.length === after.length;
      const shown = pairs
        ? before.flatMap((line, i) => (line === after[i] ? [] : [`  - ${line}`, `  + ${after[i]}`]))
        : [
            ...before.slice(head, before.length - tail).map((line) => `  - ${line}`),
            ...after.slice(head, after.length - tail).map((line) => `  + ${line}`),
          ];
      return [`  ${base(uri)}`, ...shown].join("\n");
    })
    .join("\n");
}

const wholeRange = (context: CheckedContext): Range => ({
  start: { line: 0, character: 0 },
  end: position(context, context.file.text.length),
});

const settingsOf = (fixture: Fixture) =>
  fixture.options.has("settings")
    ? readSettings(JSON.parse(fixture.options.get("settings")!), (path) => path)
    : defaultSettings;

export const checks: Readonly<Record<string, Check>> = {
  /** The text itself with `#| ^^^ severity code: message` under each line that has a problem. */
  diagnostics(context, _, fixture) {
    const text = withoutDisguise(context.file.text).replace(/\n$/, "");
    const moved = context.file.text.indexOf(text.replaceAll("\n", context.file.text.includes("\r\n") ? "\r\n" : "\n"));
    const firstLine = lineIndex(context.file).position(Math.max(0, moved)).line;
    const bom = context.file.text.startsWith("\ufeff") ? 1 : 0;
    const notes = new Map<number, string[]>();
    for (const { range, severity, code, message, relatedInformation } of documentDiagnostics(
      context,
      settingsOf(fixture),
    )) {
      const line = range.start.line - firstLine;
      const shift = range.start.line === 0 ? bom : 0;
      const length = textOf(context, range).split("\n")[0].length;
      const more = (relatedInformation ?? []).map(
        (r) => ` [${r.message}: ${marked(context, r.location.uri, r.location.range)}]`,
      );
      const note = `#| ${" ".repeat(range.start.character - shift)}${"^".repeat(Math.max(1, length))} ${severities[severity ?? 1]} ${code}: ${message}${more.join("")}`;
      notes.set(line, [...(notes.get(line) ?? []), note]);
    }
    return text
      .split("\n")
      .flatMap((line, i) => [line, ...(notes.get(i) ?? [])])
      .join("\n");
  },
  hover(context, offset) {
    const answer = hover(context, position(context, offset));
    if (answer === null) return "nothing";
    return `${marked(context, context.file.uri, answer.range!)}\n\n${(answer.contents as { value: string }).value}`;
  },
  completion(context, offset) {
    const items = completions(context, position(context, offset));
    const lines = items
      .toSorted((a, b) => ((a.sortText ?? a.label) < (b.sortText ?? b.label) ? -1 : 1))
      .map(({ label, detail, insertText, textEdit }) => {
        const text = textEdit?.newText ?? insertText;
        return [label, detail ?? "", text === undefined || text === label ? "" : JSON.stringify(text)]
          .join(" | ")
          .replace(/[ |]+$/, "");
      });
    return lines.length === 0 ? "nothing" : lines.join("\n");
  },
  lenses(context) {
    return withActions(codeLenses(context), optimizeLenses(context))
      .map(
        ({ range, command }) =>
          `${lineOf(context, context.file.uri, range.start.line).trim()}  <- ${command?.title} (${command?.command})`,
      )
      .join("\n");
  },
  inlay(context, _, fixture) {
    return inlayHints(context, wholeRange(context), settingsOf(fixture).inlayHints)
      .toSorted((a, b) => a.position.line - b.position.line || a.position.character - b.position.character)
      .map(({ position: at, label }) => {
        const line = lineOf(context, context.file.uri, at.line);
        const bom = at.line === 0 && context.file.text.startsWith("\ufeff") ? 1 : 0;
        return `${line.slice(0, at.character - bom)}<<${label}>>${line.slice(at.character - bom)}`;
      })
      .join("\n");
  },
  actions(context, offset, fixture) {
    const at = position(context, offset);
    const actions = codeActions(context, { start: at, end: at }, {}, settingsOf(fixture));
    return (
      actions.map(({ title, edit }) => `${title}\n${edit ? changes(context, edit) : ""}`).join("\n\n") || "nothing"
    );
  },
  convert(context, offset) {
    const at = position(context, offset);
    const asked = isConvertible(context, { start: at, end: at }, { only: ["refactor"] });
    const actions = asked ? convertActions(context) : [];
    return (
      actions
        .map(({ title, edit, disabled }) => `${title}\n${disabled?.reason ?? ""}${edit ? changes(context, edit) : ""}`)
        .join("\n\n") || "nothing"
    );
  },
  optimize(context, offset) {
    const at = position(context, offset);
    const said = (arguments_: unknown[] | undefined) => JSON.stringify(arguments_).replaceAll(/file:[^"]*\//g, "");
    const actions = optimizeActions(context, { start: at, end: at }, {}, defaultSettings.search);
    const lenses = optimizeLenses(context).map(
      ({ range, command }) =>
        `${lineOf(context, context.file.uri, range.start.line).trim()}  <- ${command?.title} (${command?.command} ${said(command?.arguments)})`,
    );
    const offered = actions.map(({ title, command }) => `${title} (${command?.command} ${said(command?.arguments)})`);
    return [...offered, "", ...lenses].join("\n").trim() || "nothing";
  },
  "fix-all"(context, _, fixture) {
    let files = new Map(context.snapshot.files.map((file) => [base(file.uri), file.text]));
    let now = context;
    for (let round = 0; ; round++) {
      assert.ok(round < 10, "fix all comes to no end");
      const [action] = codeActions(now, wholeRange(now), { only: [fixAllKind] }, settingsOf(fixture));
      if (action === undefined) break;
      files = new Map(files);
      for (const [uri, edits] of Object.entries(action.edit!.changes!)) {
        files.set(base(uri), applyEdits(files.get(base(uri))!, edits));
      }
      now = contextOf({ ...fixture, files }, (text) => text).context;
    }
    return withoutDisguise(now.file.text);
  },
  definition(context, offset) {
    const at = position(context, offset);
    return (
      definitions(context, at)
        .map(({ uri, range }) => marked(context, uri, range))
        .join("\n") || "nothing"
    );
  },
  references(context, offset) {
    const at = position(context, offset);
    const all = references(context, at, true).map(({ uri, range }) => marked(context, uri, range));
    const here = highlights(context, at).map(
      ({ range, kind }) => `${kind === 3 ? "write" : "read"} ${marked(context, context.file.uri, range)}`,
    );
    assert.ok(references(context, at, false).length <= all.length);
    return [...all, "", ...here].join("\n");
  },
  rename(context, offset, fixture) {
    const at = position(context, offset);
    const prepared = prepareRename(context, at);
    if (prepared === null) return "nothing to rename";
    assert.equal(textOf(context, prepared.range), prepared.placeholder);
    const edit = rename(context, at, fixture.options.get("rename")!);
    return typeof edit === "string" ? edit : changes(context, edit);
  },
  symbols(context) {
    const render = (symbols: DocumentSymbol[], depth: number): string[] =>
      symbols.flatMap(({ name, detail, children, range, selectionRange }) => {
        const index = lineIndex(context.file);
        const inside =
          index.offset(selectionRange.start) >= index.offset(range.start) &&
          index.offset(selectionRange.end) <= index.offset(range.end);
        assert.ok(inside, `${name}: the selection lies outside its range`);
        return [`${"  ".repeat(depth)}${name}${detail ? ` — ${detail}` : ""}`, ...render(children ?? [], depth + 1)];
      });
    return render(finish(documentSymbols(context)), 0).join("\n");
  },
  folding(context) {
    const { uri } = context.file;
    return finish(foldingRanges(context))
      .filter(({ startLine }) => !/😀/.test(lineOf(context, uri, startLine)))
      .map(
        ({ startLine, endLine, kind }) =>
          `${kind ?? "block"}: ${lineOf(context, uri, startLine).trim()} … ${lineOf(context, uri, endLine).trim()}`,
      )
      .join("\n");
  },
  selection(context, offset) {
    const [chain] = selectionRanges(context, [position(context, offset)]);
    const texts: string[] = [];
    for (let range: SelectionRange | undefined = chain; range; range = range.parent) {
      texts.push(JSON.stringify(withoutDisguise(textOf(context, range.range)).trimEnd()));
    }
    return texts.join("\n");
  },
  links(context) {
    return documentLinks(context)
      .map(({ range, target }) => `${textOf(context, range)} -> ${target}`)
      .join("\n");
  },
  tokens(context) {
    const { data } = finish(semanticTokens(context));
    const lines: string[] = [];
    let line = 0;
    let character = 0;
    for (let i = 0; i < data.length; i += 5) {
      character = data[i] === 0 ? character + data[i + 1] : data[i + 1];
      line += data[i];
      const range = { start: { line, character }, end: { line, character: character + data[i + 2] } };
      const type = semanticTokenLegend.tokenTypes[data[i + 3]];
      lines.push(`${marked(context, context.file.uri, range)}  ${type}${data[i + 4] ? " declaration" : ""}`);
    }
    return lines.join("\n");
  },
  formatting(context) {
    const formatted = applyEdits(context.file.text, finish(formatting(context)));
    return formatted
      .split("\n")
      .map(shownLine)
      .join("\n")
      .replace(/^# 😀 𝔡𝔢𝔰𝔦𝔤𝔫 🧠\n\n/, "")
      .replace(/# 😀 𝔢𝔫𝔡\n$/, "");
  },
  report(context) {
    return designReport(context);
  },
};
