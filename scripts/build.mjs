// Bundles everything that ships into dist/. `--watch` rebuilds on change, `--metafile` writes dist/meta.json.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";
import { clientLibraryApart } from "./client-library.mjs";
import { protocolAsEsModules } from "./es-modules.mjs";
import { takenFromServer } from "./shared.mjs";
import { withoutUnusedModules } from "./unused-modules.mjs";

const production = process.argv.includes("--production");
const common = {
  bundle: true,
  // Its entry for Node.js is CommonJS, of which nothing can be left out.
  alias: { yaml: fileURLToPath(new URL("../node_modules/yaml/browser/index.js", import.meta.url)) },
  target: "node20",
  charset: "utf8",
  sourcemap: production ? false : "linked",
  minify: production,
  logLevel: "warning",
  metafile: true,
  legalComments: "none",
};

const node = { ...common, platform: "node", format: "cjs", mainFields: ["module", "main"] };
const browser = { ...common, platform: "browser", target: "es2022", mainFields: ["browser", "module", "main"] };

/** One entry per bundle; other rooms add theirs here. */
const bundles = [
  {
    ...node,
    entryPoints: { client: "client/src/node.ts" },
    plugins: [clientLibraryApart],
    // `require` instead: the editor looks for `vscode` only there.
    supported: { "dynamic-import": false },
    external: ["vscode"],
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
  },
  {
    ...node,
    entryPoints: { languageclient: "vscode-languageclient/node" },
    external: ["vscode"],
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
  },
  {
    ...browser,
    entryPoints: { client: "client/src/browser.ts" },
    format: "cjs",
    external: ["vscode"],
    outdir: "dist/browser",
  },
  {
    ...node,
    entryPoints: { server: "server/src/node.ts" },
    plugins: [withoutUnusedModules, protocolAsEsModules],
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
  },
  {
    ...browser,
    entryPoints: { server: "server/src/browser.ts" },
    plugins: [withoutUnusedModules, protocolAsEsModules],
    format: "iife",
    outdir: "dist/browser",
  },
  {
    ...node,
    entryPoints: { ondemand: "server/src/ondemand.ts" },
    plugins: [takenFromServer, protocolAsEsModules],
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
  },
  {
    ...browser,
    entryPoints: { ondemand: "server/src/ondemand.ts" },
    plugins: [takenFromServer, protocolAsEsModules],
    format: "iife",
    globalName: "mapspaceOnDemand",
    outdir: "dist/browser",
  },
  {
    ...node,
    entryPoints: { templates: "server/src/spec/v04/template-engine.ts" },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
  },
  {
    ...browser,
    entryPoints: { templates: "server/src/spec/v04/template-engine.ts" },
    format: "iife",
    globalName: "mapspaceTemplates",
    outdir: "dist/browser",
  },
  {
    ...node,
    entryPoints: { search: "server/src/worker/node.ts" },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
  },
  { ...browser, entryPoints: { search: "server/src/worker/browser.ts" }, format: "iife", outdir: "dist/browser" },
  {
    ...browser,
    entryPoints: { explorer: "webview/src/main.ts" },
    loader: { ".css": "css" },
    format: "iife",
    outdir: "dist/webview",
  },
  { ...node, entryPoints: { cli: "server/src/cli/main.ts" }, outdir: "dist", outExtension: { ".js": ".cjs" } },
];

await mkdir("dist", { recursive: true });
if (process.argv.includes("--watch")) {
  for (const options of bundles) await (await context(options)).watch();
} else {
  const results = await Promise.all(bundles.map((options) => build(options)));
  const outputs = Object.assign({}, ...results.map((result) => result.metafile.outputs));
  const inputs = Object.assign({}, ...results.map((result) => result.metafile.inputs));
  if (process.argv.includes("--metafile")) await writeFile("dist/meta.json", JSON.stringify({ inputs, outputs }));
}
