/**
 * Leaves modules of libraries out of the server's bundles that nothing of ours calls but the bundler cannot drop:
 * vscode-languageserver is CommonJS, and the classes of `yaml` name their writers. A call would throw.
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
  "textDocumentContent",
  "typeDefinition",
  "typeHierarchy",
].join("|");

const mixins = new RegExp(`vscode-languageserver[\\\\/]lib[\\\\/]common[\\\\/](${protocol})\\.js$`);
const messages = new RegExp(
  `vscode-languageserver-protocol[\\\\/]lib[\\\\/]common[\\\\/]protocol\\.(${protocol})\\.js$`,
);
/** We edit text in place and never write a document anew. */
const yamlWriters = /[\\/]yaml[\\/]browser[\\/]dist[\\/]stringify[\\/]\w+\.js$/;

/** CommonJS as TypeScript writes it. */
const compiled = /[\\/]vscode-(?:jsonrpc|languageserver|languageserver-protocol)[\\/]lib[\\/].*\.js$/;

/** Getters for names exported again become assignments, and what is assigned later is not set to undefined first. */
const shorter = (source) =>
  source
    .replaceAll(
      /Object\.defineProperty\(exports, "(\w+)", \{ enumerable: true, get: function \(\) \{ return ([\w.]+); \} \}\);/g,
      "exports.$1 = $2;",
    )
    .replace(/^(?:exports\.\w+ = )+void 0;$/m, "");

export const withoutUnusedModules = {
  name: "without-unused-modules",
  setup({ onLoad }) {
    onLoad({ filter: mixins }, () => ({ contents: "module.exports = new Proxy({}, { get: () => (base) => base });" }));
    onLoad({ filter: messages }, () => ({ contents: "module.exports = {};" }));
    onLoad({ filter: compiled }, async ({ path }) => ({ contents: shorter(await readFile(path, "utf8")) }));
    onLoad({ filter: yamlWriters }, async ({ path }) => {
      const names = /export \{([^}]*)\}/.exec(await readFile(path, "utf8"))?.[1].split(",") ?? [];
      const exported = names.map((name) => `unused as ${name.trim()}`).join(", ");
      return { contents: `function unused() { throw new Error("left out of the bundle"); }\nexport { ${exported} };` };
    });
  },
};
