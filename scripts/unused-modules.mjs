/**
 * Leaves modules of libraries out of the server's bundles that nothing of ours calls but the bundler cannot drop: a
 * connection of vscode-languageserver has every part of the protocol, and the classes of `yaml` name their writers and
 * every schema. A call would throw.
 */
import { readFile } from "node:fs/promises";

/** Parts of the protocol that no feature uses. In vscode-languageserver each is a mixin. */
const protocol = [
  "callHierarchy",
  "colorProvider",
  "declaration",
  "fileOperations",
  "implementation",
  "inlineCompletion",
  "inlineValue",
  "linkedEditingRange",
  "moniker",
  "notebook",
  "showDocument",
  "textDocumentContent",
  "typeDefinition",
  "typeHierarchy",
  "workspaceFolder",
].join("|");

const mixins = new RegExp(`vscode-languageserver[\\\\/]lib[\\\\/]common[\\\\/](?:${protocol})\\.js$`);
/** Handlers are given means to report progress, which none of ours takes. */
const progress = /vscode-languageserver[\\/]lib[\\/]common[\\/]progress\.js$/;
const noProgress = `export const ProgressFeature = (base) => base;
export const attachWorkDone = () => undefined;
export const attachPartialResult = () => undefined;
export const WorkDoneProgressReporter = undefined;`;
/** We edit text in place and never write a document anew, and read values with a schema that knows texts only. */
const unusedOfYaml = [
  "stringify/\\w+",
  "schema/(?:yaml-1\\.1|core|json)/\\w+",
  "doc/(?:applyReviver|createNode)",
  "nodes/(?:addPairToJSMap|toJS)",
  "parse/(?:cst-stringify|cst-visit)",
  "visit",
].join("|");
const yamlModules = new RegExp(
  `[\\\\/]yaml[\\\\/]browser[\\\\/]dist[\\\\/](?:${unusedOfYaml.replaceAll("/", "[\\\\/]")})\\.js$`,
);

export const withoutUnusedModules = {
  name: "without-unused-modules",
  setup({ onLoad }) {
    onLoad({ filter: mixins }, async ({ path }) => {
      const features = [...(await readFile(path, "utf8")).matchAll(/^exports\.(\w+) = \w+;$/gm)].map(
        ([, name]) => name,
      );
      return { contents: features.map((name) => `export const ${name} = (base) => base;`).join("\n") };
    });
    onLoad({ filter: progress }, () => ({ contents: noProgress }));
    onLoad({ filter: yamlModules }, async ({ path }) => {
      const names = /export \{([^}]*)\}/.exec(await readFile(path, "utf8"))?.[1].split(",") ?? [];
      const exported = names.map((name) => `unused as ${name.trim()}`).join(", ");
      return { contents: `function unused() { throw new Error("left out of the bundle"); }\nexport { ${exported} };` };
    });
  },
};
