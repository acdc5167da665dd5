/** The language server as a Node.js process: over the pipe its parent chose (`--node-ipc`, `--stdio`, `--pipe`…). */
import { join } from "node:path";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { startServer } from "./lsp/server.ts";
import { spawnThreads } from "./worker/threads.ts";

startServer(createConnection(ProposedFeatures.all), {
  spawn: spawnThreads(join(__dirname, "search.cjs")),
  commands: true,
  loadTemplateEngine: async () => require(join(__dirname, "templates.cjs")),
});
