/** Texts in which everything occurs that makes parts of YAML depend on each other, and edits of them. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { designOf } from "../bench/editor-designs.ts";
import { repositoryRoot } from "../support/shared.ts";

const odd = `# a file of everything that makes pieces depend on each other
architecture:
  version: 0.3   # note
  subtree:
  - name: System
    note: |
      a block scalar
        indented more

      and a blank line
    local:
    - name: DRAM
      class: DRAM
      text: "a quoted text
        that goes on"
      attributes: {width: 64, word_bits: 16,
        read_bandwidth: 4}
    - {name: Buffer, class: SRAM, attributes: {depth: 8}}
    -
      name: Late
      plain: words
        that go on
        and on
  # a comment that stands left of what follows
    # and one that does not
    folded: >-
      text

      more

mapping:
- target: DRAM
  type: temporal
  factors: K=4 C=8

  permutation: KC
- {target: Buffer, type: temporal, factors: K=4}
- target: Buffer   # the end of a list
  type: bypass
  keep:
  - Weights
  - Inputs
  -
  bypass: [Outputs,
    Nothing]
- - nested
  - list
- "quoted: item"
problem:
  instance: {K: 16, C: 8}
  name: x
  name: y
empty:
last: |
  text at the very end
`;

const examples = readdirSync(join(repositoryRoot, "examples"), { recursive: true })
  .map((name) => join(repositoryRoot, "examples", String(name)))
  .filter((path) => path.endsWith(".yaml"))
  .map((path) => readFileSync(path, "utf8"));
const padding = designOf(150);
export const sources = [
  odd + padding.slice(padding.indexOf("\narchitecture:") + 14),
  odd.repeat(1) + "# x\n".repeat(600),
  designOf(300),
  ...examples,
]
  .flatMap((text) => [text, text.replaceAll("\n", "\r\n")])
  .map((text) => (text.length < 2_000 ? `${text}${"# padding of no meaning\n".repeat(100)}` : text));

const snippets =
  `a,1, ,  ,\n,\n  ,\n    ,\n- ,\n  - ,- ,:,: ,#, # x,|, |\n, >\n,",',[,],{,},{a: 1},[1, 2],&a ,*a,!!str ,? ,---\n,...\n,\t,K=4,name: x,\n  name: z,\n    more: 1,\nlow,\n low,\r\n,\r,%,<<: ,é,😀,~,-,\n\n`.split(
    ",",
  );

interface Edit {
  start: number;
  end: number;
  text: string;
}

export function randomEdit(text: string, next: (below: number) => number): Edit {
  const start = next(text.length + 1);
  const kind = next(6);
  if (kind === 0) return { start, end: Math.min(text.length, start + 1 + next(3)), text: "" };
  if (kind === 1) return { start, end: Math.min(text.length, start + next(40)), text: "" };
  if (kind === 2) return { start, end: Math.min(text.length, start + next(6)), text: snippets[next(snippets.length)] };
  if (kind === 3) {
    // Indentation is where the trouble is.
    const line = text.lastIndexOf("\n", start - 1) + 1;
    return next(2) === 0
      ? { start: line, end: line, text: " ".repeat(1 + next(4)) }
      : {
          start: line,
          end: Math.min(text.length, line + (/^ */.exec(text.slice(line, line + 20))?.[0].length ?? 0)),
          text: "",
        };
  }
  if (kind === 4) {
    const line = text.lastIndexOf("\n", start - 1) + 1;
    const end = text.indexOf("\n", start);
    const copied = text.slice(line, end < 0 ? text.length : end + 1);
    return next(2) === 0
      ? { start: line, end: line, text: copied }
      : { start: line, end: line + copied.length, text: "" };
  }
  return { start, end: start, text: snippets[next(snippets.length)] };
}
