/** The language server as a Web Worker. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser";
import type { OnDemand } from "./lsp/host.ts";
import type { BrowserOptions } from "./lsp/protocol.ts";
import { startServer } from "./lsp/server.ts";
import { shared } from "./shared.ts";
import type { TemplateEngine } from "./spec/v04/template-engine.ts";
import { spawnWebWorkers } from "./worker/web-workers.ts";

/** The worker's own end of its channel. */
const channel = globalThis as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];
const worker = globalThis as unknown as {
  importScripts(url: string): void;
  mapspaceOnDemand: OnDemand;
  mapspaceTemplates: TemplateEngine;
  location: { href: string };
};
let scripts = worker.location.href;
const beside = (name: string) => new URL(name, scripts).href;

Object.assign(globalThis, { mapspaceShared: shared });

startServer(createConnection(new BrowserMessageReader(channel), new BrowserMessageWriter(channel)), {
  initialize: (options) => {
    scripts = (options as Partial<BrowserOptions> | undefined)?.serverScript ?? scripts;
  },
  spawn: spawnWebWorkers(() => beside("search.js")),
  commands: false,
  loadOnDemand: async () => {
    await load("ondemand.js");
    return worker.mapspaceOnDemand;
  },
  loadTemplateEngine: async () => {
    await load("templates.js");
    return worker.mapspaceTemplates;
  },
  problemsPage: async () => {
    const uri = beside("../../docs/problems.md");
    return { uri, text: await (await fetch(uri)).text() };
  },
});

async function load(name: string): Promise<void> {
  const script = beside(name);
  // Into the cache first: importing waits, and nothing else can be done meanwhile.
  await fetch(script, { mode: "no-cors" })
    .then((response) => response.arrayBuffer())
    .catch(() => {});
  worker.importScripts(script);
}
