import type { TemplateEngine } from "./template-engine.ts";
import type { Segment } from "./template-scan.ts";

/** Statements that need an end, and what may end them. */
const endOf: Readonly<Record<string, string>> = {
  if: "endif",
  for: "endfor",
  macro: "endmacro",
  call: "endcall",
  filter: "endfilter",
  set: "endset",
};

/** The first tag that the engine does not understand, with its reason; `null` when each alone is right. */
export function findSyntaxError(
  { parseTemplate }: TemplateEngine,
  segments: readonly Segment[],
): { segment: Segment; message: string } | null {
  const stack: { word: string; segment: Segment }[] = [];
  for (const segment of segments) {
    if (segment.kind === "text") continue;
    const word = /^\{%[-+]?\s*(\w+)/.exec(segment.text)?.[1] ?? "";
    const opened = segment.kind === "statement" ? opens(word, segment.text) : null;
    if (segment.kind === "statement" && word.startsWith("end")) {
      const last = stack.pop();
      if (last === undefined || endOf[last.word] !== word)
        return { segment, message: last === undefined ? `“${word}” ends nothing` : `“${last.word}” must end first` };
      continue;
    }
    if (opened !== null) stack.push({ word, segment });
    const message = understand(parseTemplate, segment, word, opened);
    if (message !== null) return { segment, message };
  }
  const open = stack.at(-1);
  return open === undefined
    ? null
    : { segment: open.segment, message: `“${open.word}” is not ended: “${endOf[open.word]}” is missing` };
}

function opens(word: string, text: string): string | null {
  return word === "set" && text.includes("=") ? null : (endOf[word] ?? null);
}

function understand(
  parseTemplate: TemplateEngine["parseTemplate"],
  segment: Segment,
  word: string,
  end: string | null,
): string | null {
  if (word === "else") return null;
  let text = segment.text.replace(/^(\{[{%])[-+]/, "$1").replace(/[-+]([}%]\})$/, "$1");
  if (word === "elif") text = `${text.replace("elif", "if")}{% endif %}`;
  else if (end !== null) text += `{% ${end} %}`;
  try {
    parseTemplate(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
