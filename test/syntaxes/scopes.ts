/** Colours text with the shipped grammar the way VS Code does, on top of VS Code's own YAML grammar. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { repositoryRoot } from "../support/shared.ts";
import { toolsFolder } from "../workbench/versions.ts";

const require = createRequire(import.meta.url);
const textmate = require("vscode-textmate") as typeof import("vscode-textmate");
const oniguruma = require("vscode-oniguruma") as typeof import("vscode-oniguruma");

const yamlGrammars = join(toolsFolder("current"), "node_modules/code-server/lib/vscode/extensions/yaml/syntaxes");

const fileOf = (scope: string): string | null => {
  if (scope === "source.timeloop") return join(repositoryRoot, "syntaxes/timeloop.tmLanguage.json");
  const version = /^source\.yaml(?:\.(.+))?$/.exec(scope);
  if (!version) return null;
  const file = join(yamlGrammars, `yaml${version[1] ? `-${version[1]}` : ""}.tmLanguage.json`);
  return existsSync(file) ? file : null;
};

export interface Token {
  text: string;
  /** Without the root scope. */
  scopes: string[];
}

export async function tokenize(text: string): Promise<Token[][]> {
  await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (string) => new oniguruma.OnigString(string),
    }),
    async loadGrammar(scope) {
      const file = fileOf(scope);
      return file ? textmate.parseRawGrammar(readFileSync(file, "utf8"), file) : null;
    },
  });
  const grammar = await registry.loadGrammar("source.timeloop");
  if (!grammar) throw new Error("the grammar did not load");
  let state = textmate.INITIAL;
  return text.split("\n").map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => ({
      text: line.slice(startIndex, endIndex),
      scopes: scopes.slice(1),
    }));
  });
}
