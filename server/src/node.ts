/** The language server as a Node.js process: over the pipe its parent chose (`--node-ipc`, `--stdio`, `--pipe`…). */
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { startServer } from "./lsp/server.ts";

startServer(createConnection(ProposedFeatures.all));
