/**
 * Reads the CommonJS modules that TypeScript wrote (the libraries of the protocol come as such) as the ES modules they
 * were, so that the bundler leaves out what nothing uses.
 */
import { readFile } from "node:fs/promises";

const compiled =
  /[\\/]vscode-(?:jsonrpc|languageserver|languageserver-protocol|languageserver-types)[\\/]lib[\\/].*\.js$/;

/** Helpers that TypeScript puts before modules. */
const helpers = /^var __(\w+) = \(this && this\.__\1\) \|\| .*(?:\n[ }].*)*;$/gm;
const namespace = (head, assigned) =>
  new RegExp(
    `^${head}var (\\w+);\\n\\(function \\(\\1\\) \\{\\n([^]*?)\\n\\}\\)\\(\\1 \\|\\| \\(${assigned}\\1 = \\{\\}\\)\\);$`,
    "gm",
  );
/** A namespace is an object that nothing but its users needs. */
const made = (name, body) => `const ${name} = /* @__PURE__ */ ((${name}) => {\n${body}\nreturn ${name};\n})({});`;

/** Throws where the module has something that TypeScript does not write like this. */
export function esModule(source, path) {
  const paths = new Map();
  const result = source
    .replace(/^\/\/# sourceMappingURL.*$/m, "")
    .replaceAll(helpers, "")
    .replace('"use strict";', "")
    .replace('Object.defineProperty(exports, "__esModule", { value: true });', "")
    .replaceAll(/^(?:exports\.\w+ = )+void 0;$/gm, "")
    .replaceAll(/^(?:const|var) (\w+) = (?:__importStar\()?require\("([^"]+)"\)\)?;$/gm, (_, name, from) => {
      paths.set(name, from);
      return `import * as ${name} from "${from}";`;
    })
    .replaceAll(/^const (\w+) = __importDefault\(require\("([^"]+)"\)\);$/gm, 'import * as $1 from "$2";')
    .replaceAll(/^__exportStar\(require\("([^"]+)"\), exports\);$/gm, 'export * from "$1";')
    .replaceAll(
      /^Object\.defineProperty\(exports, "(\w+)", \{ enumerable: true, get: function \(\) \{ return (\w+)\.(\w+); \} \}\);$/gm,
      (_, name, from, original) => `export { ${original} as ${name} } from "${paths.get(from)}";`,
    )
    .replaceAll(namespace("", "exports\\.\\1 = "), (_, name, body) => `export ${made(name, body)}`)
    .replaceAll(namespace("export ", ""), (_, name, body) => `export ${made(name, body)}`)
    .replaceAll(namespace("", ""), (_, name, body) => made(name, body))
    .replaceAll(/\}\)\((\w+) \|\| \(exports\.\1 = \1 = \{\}\)\);$/gm, "})($1);")
    .replaceAll(/^exports\.default = (\w+);$/gm, "export default $1;")
    .replaceAll(/^exports\.(\w+) = \1;$/gm, "export { $1 };")
    .replaceAll(/^exports\.(\w+) = /gm, "export const $1 = ")
    .replaceAll(/\bexports\.(?=\w)/g, "");
  const left = /^.*(?:\bexports\.|\bthis && this\.|(?<![.\w])require\().*$/m.exec(result);
  if (left !== null) throw new Error(`${path} cannot be read as an ES module: ${left[0]}`);
  return result;
}

export const protocolAsEsModules = {
  name: "protocol-as-es-modules",
  setup({ onLoad }) {
    onLoad({ filter: compiled }, async ({ path }) => ({ contents: esModule(await readFile(path, "utf8"), path) }));
  },
};
