/** What a file contributes to a design, told by its top-level keys and never by its name. */

import type { SourceFile } from "../syntax/source.ts";

export type FileKind =
  | "architecture"
  | "problem"
  | "mapping"
  | "constraints"
  | "ERT"
  | "ART"
  | "mapper"
  | "components"
  | "variables";

const kindOfKey: Readonly<Record<string, FileKind>> = {
  architecture: "architecture",
  arch: "architecture",
  problem: "problem",
  layers: "problem",
  mapping: "mapping",
  constraints: "constraints",
  architecture_constraints: "constraints",
  arch_constraints: "constraints",
  mapspace_constraints: "constraints",
  mapspace: "constraints",
  ERT: "ERT",
  ART: "ART",
  mapper: "mapper",
  components: "components",
  compound_components: "components",
  variables: "variables",
};

/** Kinds of the keys of a file that was read already. */
export function kindsOfKeys(keys: Iterable<string>): FileKind[] {
  const kinds = [...keys].flatMap((key) => kindOfKey[key.replaceAll("-", "_")] ?? []);
  return [...new Set(kinds)];
}

const topLevelKey = /^(?:"([\w-]+)"|'([\w-]+)'|([\w-]+))[ \t]*:(?=[ \t\r\n]|$)/;

/**
 * Kinds in the order of the text. Looks only at lines that start a top-level key, so it stays cheap on files
 * that turn out not to concern us. A file in flow style (`{architecture: …}`) is recognised by its first keys;
 * a line of template tags is no such thing.
 */
export function fileKinds(text: string): FileKind[] {
  const kinds = new Set<FileKind>();
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const first = text.charCodeAt(start);
    if (first !== 0x20 && first !== 0x23 && first !== 0x2d && first !== 0x09) {
      const match = topLevelKey.exec(text.slice(start, Math.min(end, start + 80)));
      const key = match?.[1] ?? match?.[2] ?? match?.[3];
      const kind = key === undefined ? undefined : kindOfKey[key.replaceAll("-", "_")];
      if (kind !== undefined) kinds.add(kind);
      else if (first === 0x7b && !"{%#".includes(text[start + 1])) {
        for (const [, inner] of text.slice(start, start + 4096).matchAll(/[{,]\s*["']?([\w-]+)["']?\s*:/g)) {
          const innerKind = kindOfKey[inner.replaceAll("-", "_")];
          if (innerKind !== undefined) kinds.add(innerKind);
        }
        break;
      }
    }
    start = end + 1;
  }
  return [...kinds];
}

const known = new WeakMap<SourceFile, readonly FileKind[]>();

/** The same for a file, worked out once per `SourceFile` object. */
export function kindsOf(file: SourceFile): readonly FileKind[] {
  let kinds = known.get(file);
  if (kinds === undefined) {
    kinds = fileKinds(file.text);
    known.set(file, kinds);
  }
  return kinds;
}
