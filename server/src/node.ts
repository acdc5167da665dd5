/** The language server as a Node.js process: over the pipe its parent chose (`--node-ipc`, `--stdio`, `--pipe`…). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { startServer } from "./lsp/server.ts";
import { shared } from "./shared.ts";
import { spawnThreads } from "./worker/threads.ts";

Object.assign(globalThis, { mapspaceShared: shared });

const page = join(__dirname, "../docs/problems.md");

startServer(createConnection(ProposedFeatures.all), {
  spawn: spawnThreads(join(__dirname, "search.cjs")),
  commands: true,
  loadOnDemand: async () => require(join(__dirname, "ondemand.cjs")),
  loadTemplateEngine: async () => require(join(__dirname, "templates.cjs")),
  problemsPage: async () => ({ uri: pathToFileURL(page).href, text: await readFile(page, "utf8") }),
});
