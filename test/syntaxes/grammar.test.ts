import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { repositoryRoot } from "../support/shared.ts";
import { bundledWorkbenchRunsHere, prepareWorkbench } from "../workbench/setup.ts";
import { type Token, tokenize } from "./scopes.ts";

const folder = join(repositoryRoot, "test/syntaxes/fixtures");
const skip = bundledWorkbenchRunsHere ? false : "VS Code's YAML grammar comes with the bundled workbench (Linux x64)";

describe("TextMate grammar", { skip }, () => {
  before(() => prepareWorkbench("current"));

  for (const name of readdirSync(folder).filter((file) => file.endsWith(".yaml"))) {
    test(`scopes of ${name}`, async () => {
      const text = readFileSync(join(folder, name), "utf8");
      const golden = join(folder, `${name}.scopes`);
      const actual = print(text, await tokenize(text));
      if (process.env.UPDATE_GOLDEN) writeFileSync(golden, actual);
      assert.equal(actual, readFileSync(golden, "utf8"));
    });
  }

  test("what VS Code's YAML grammar says of the rest stays as it is", async () => {
    const tokens = (await tokenize("# note\nname: DRAM # memory\nlist: [a, b]\n")).flat();
    const named = (text: string) => tokens.find((token) => token.text.trim() === text)?.scopes.join(" ") ?? "";
    assert.match(named("name"), /entity\.name\.tag\.yaml/);
    assert.match(named("DRAM"), /string\.unquoted/);
    assert.match(named("memory"), /comment\.line/);
  });
});

/** Each line of text, and below it the innermost two scopes of every piece. */
function print(text: string, lines: Token[][]): string {
  return text
    .split("\n")
    .map((line, i) => {
      const rows = lines[i]
        .filter((token) => token.text.trim() !== "")
        .map((token) => `  ${token.text.trim().padEnd(14)} ${token.scopes.slice(-2).join(" ")}`.trimEnd());
      return [`> ${line}`, ...rows].join("\n");
    })
    .join("\n");
}
