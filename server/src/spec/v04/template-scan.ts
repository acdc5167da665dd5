/** A stretch of a template: text that is copied, `{{ output }}` or `{% statement %}`. Comments are left out. */
export interface Segment {
  kind: "text" | "output" | "statement";
  uri: string;
  start: number;
  end: number;
  /** As in the file; of texts what is left after `{%-` and `-%}` took the white space. */
  text: string;
}

/** Begin and end of the number of a segment in the text given to the template engine; private-use characters. */
const open = "\uE000";
const close = "\uE001";

export function marker(index: number): string {
  return `${open}${index}${close}`;
}

/** Splits an engine's output into segment numbers and the text between them. */
export function* splitMarkers(output: string): Generator<number | string> {
  let at = 0;
  for (const match of output.matchAll(/\uE000(\d+)\uE001/g)) {
    if (match.index > at) yield output.slice(at, match.index);
    yield Number(match[1]);
    at = match.index + match[0].length;
  }
  if (at < output.length) yield output.slice(at);
}

/** The segment number of the last marker in a text, or null. */
export function lastMarker(text: string): number | null {
  const end = text.lastIndexOf(close);
  const start = text.lastIndexOf(open, end);
  return end < 0 || start < 0 ? null : Number(text.slice(start + 1, end));
}

const rawBlock = /\{%[-+]?\s*raw\s*[-+]?%\}([\s\S]*?)\{%[-+]?\s*endraw\s*[-+]?%\}/y;

/**
 * Splits a Jinja template. White space before `{%-` and after `-%}` is taken away here, so that the engine sees
 * nothing but numbered segments and tags. An unclosed tag is returned as `unclosed`.
 */
export function scanTemplate(uri: string, text: string): { segments: Segment[]; unclosed: Segment | null } {
  const segments: Segment[] = [];
  let stripNext = false;
  const addText = (start: number, end: number, stripEnd: boolean): void => {
    let from = start;
    let to = end;
    if (stripNext) while (from < to && /\s/.test(text[from] as string)) from += 1;
    if (stripEnd) while (to > from && /\s/.test(text[to - 1] as string)) to -= 1;
    stripNext = false;
    if (to > from) segments.push({ kind: "text", uri, start: from, end: to, text: text.slice(from, to) });
  };
  const nextTag = /\{[{%#]/g;
  const lastEnd = text.lastIndexOf("endraw");
  let at = 0;
  for (let found = nextTag.exec(text); found !== null; found = nextTag.exec(text)) {
    const start = found.index;
    rawBlock.lastIndex = start;
    const raw = start < lastEnd ? rawBlock.exec(text) : null;
    if (raw !== null) {
      addText(at, start, false);
      const bodyStart = start + raw[0].indexOf("}") + 1;
      addText(bodyStart, bodyStart + (raw[1] as string).length, false);
      at = nextTag.lastIndex = start + raw[0].length;
      continue;
    }
    const end = found[0] === "{#" ? endOfComment(text, start) : endOfTag(text, start);
    addText(at, start, text[start + 2] === "-");
    if (end < 0) {
      const rest = { kind: "statement", uri, start, end: Math.min(text.length, start + 2), text: "" } as const;
      return { segments, unclosed: rest };
    }
    if (found[0] !== "{#") {
      const kind = found[0] === "{{" ? "output" : "statement";
      segments.push({ kind, uri, start, end, text: text.slice(start, end) });
    }
    stripNext = text[end - 3] === "-";
    at = nextTag.lastIndex = end;
  }
  addText(at, text.length, false);
  return { segments, unclosed: null };
}

function endOfComment(text: string, start: number): number {
  const end = text.indexOf("#}", start + 2);
  return end < 0 ? -1 : end + 2;
}

/** After the closing braces; braces in strings and of `{…}` literals do not count. */
function endOfTag(text: string, start: number): number {
  const closing = text[start + 1] === "{" ? "}}" : "%}";
  let depth = 0;
  for (let at = start + 2; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"' || character === "'") {
      at += 1;
      while (at < text.length && text[at] !== character) at += text[at] === "\\" ? 2 : 1;
    } else if (depth === 0 && text.startsWith(closing, at)) return at + 2;
    else if (character === "{") depth += 1;
    else if (character === "}" && depth > 0) depth -= 1;
  }
  return -1;
}

/** What the engine runs: numbers for texts, tags with their number in front and without white space control. */
export function engineText(segments: readonly Segment[], firstIndex: number): string {
  return segments
    .map((segment, index) => {
      const mark = marker(firstIndex + index);
      if (segment.kind === "text") return mark;
      const tag = segment.text.replace(/[\uE000\uE001]/g, "\uFFFD");
      return mark + tag.replace(/^(\{[{%])[-+]/, "$1").replace(/[-+]([}%]\})$/, "$1");
    })
    .join("");
}
