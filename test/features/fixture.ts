/**
 * Fixtures as people write them: one YAML file, several files in one by `# file: name.yaml` lines, the cursor as `$0`,
 * files of `common/` by `# with: arch.yaml layer.yaml`, settings of the check by other `# key: value` lines at the top.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckedContext } from "../../server/src/features/context.ts";
import { checkDesign } from "../../server/src/rules/check.ts";
import { tablesAtHand } from "../../server/src/rules/tables-at-hand.ts";
import { lineIndex } from "../../server/src/syntax/position.ts";
import { parseYaml } from "../../server/src/syntax/yaml.ts";
import { DesignStore } from "../../server/src/workspace/store.ts";
import { repositoryRoot } from "../support/shared.ts";

export const fixturesFolder = join(repositoryRoot, "test/features/fixtures");
const root = "file:///design/";

export interface Fixture {
  /** `# key: value` lines at the top. */
  options: ReadonlyMap<string, string>;
  /** The file with the cursor, else the first. */
  main: string;
  /** By name; without the cursor. */
  files: ReadonlyMap<string, string>;
  cursor: number | null;
}

/** Changes of the bytes of a file that must not change what is told about it. */
export const disguises: Readonly<Record<string, (text: string) => string>> = {
  "as written": (text) => text,
  CRLF: (text) => text.replaceAll("\n", "\r\n"),
  BOM: (text) => `\ufeff${text}`,
  "CRLF and BOM": (text) => `\ufeff${text.replaceAll("\n", "\r\n")}`,
  "astral characters": (text) => `# 😀 𝔡𝔢𝔰𝔦𝔤𝔫 🧠\n\n${text}# 😀 𝔢𝔫𝔡\n`,
};

export function readFixture(text: string): Fixture {
  const options = new Map<string, string>();
  const files = new Map<string, string>();
  let name = "design.yaml";
  let lines: string[] = [];
  const close = () => {
    if (lines.length > 0) files.set(name, `${lines.join("\n")}\n`);
    lines = [];
  };
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const option = /^# (file|with|rename|counting|range|note|settings|about): (.*)$/.exec(line);
    if (option === null) lines.push(line);
    else if (option[1] === "file") {
      close();
      name = option[2];
    } else options.set(option[1], option[2]);
  }
  close();
  for (const common of options.get("with")?.split(" ") ?? []) {
    files.set(common, readFileSync(join(fixturesFolder, "common", common), "utf8"));
  }
  const main = [...files].find(([, content]) => content.includes("$0"))?.[0] ?? [...files.keys()][0];
  return { options, main, files, cursor: null };
}

/** The context a feature sees, in the editor's terms, and the cursor in it. */
export function contextOf(
  fixture: Fixture,
  disguise: (text: string) => string,
): { context: CheckedContext; offset: number } {
  const store = new DesignStore();
  const counting = fixture.options.get("counting");
  store.configure({
    designs: [],
    evaluation: counting === undefined ? {} : { counting: counting as "exact" | "timeloop" },
  });
  let offset = 0;
  for (const [name, content] of fixture.files) {
    const text = disguise(content);
    if (name === fixture.main) offset = Math.max(0, text.indexOf("$0"));
    store.open(root + name, text.replace("$0", ""));
  }
  const uri = root + fixture.main;
  store.list(
    uri,
    (fixture.options.get("about")?.split(" ") ?? []).map((name) => root + name),
  );
  const snapshot = store.snapshot(uri)!;
  const file = store.file(uri)!;
  const problems = [...checkDesign(snapshot.analysis, snapshot.files), ...tablesAtHand(snapshot)];
  return { context: { file, tree: parseYaml(file), snapshot, problems }, offset };
}

/** Lines as the golden texts show them: without what a disguise puts there. */
export function shownLine(text: string): string {
  return text.replace(/\r$/, "").replace(/^\ufeff/, "");
}

export function withoutDisguise(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/^\ufeff/, "")
    .replace(/^# 😀 𝔡𝔢𝔰𝔦𝔤𝔫 🧠\n\n/, "")
    .replace(/# 😀 𝔢𝔫𝔡\n$/, "");
}

export function lineOf(context: CheckedContext, uri: string, line: number): string {
  const file = context.snapshot.files.find((candidate) => candidate.uri === uri) ?? context.file;
  const index = lineIndex(file);
  return shownLine(file.text.slice(index.lineStart(line), index.lineEnd(line)));
}
