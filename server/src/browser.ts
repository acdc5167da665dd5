/** The language server as a Web Worker. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser";
import { startServer } from "./lsp/server.ts";
import { spawnWebWorkers } from "./worker/web-workers.ts";

/** The worker's own end of its channel. */
const channel = globalThis as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];
const script = new URL("search.js", (globalThis as unknown as { location: { href: string } }).location.href).href;

startServer(createConnection(new BrowserMessageReader(channel), new BrowserMessageWriter(channel)), {
  spawn: spawnWebWorkers(script),
  commands: false,
});
