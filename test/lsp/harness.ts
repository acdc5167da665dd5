/** A real server over a connection, with files in memory: what an editor would see. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import {
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  type InitializeParams,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import type { Features } from "../../server/src/lsp/handlers.ts";
import type { Host } from "../../server/src/lsp/host.ts";
import {
  type ListFilesParams,
  listFilesRequest,
  type ReadFileParams,
  type ReadFileResult,
  readFileRequest,
  type StatusParams,
  statusNotification,
} from "../../server/src/lsp/protocol.ts";
import { startServer } from "../../server/src/lsp/server.ts";
import * as onDemand from "../../server/src/ondemand.ts";
import * as templateEngine from "../../server/src/spec/v04/template-engine.ts";
import { spawnInPlace } from "../../server/src/worker/in-place.ts";
import { folderDistance } from "../../server/src/workspace/paths.ts";
import { repositoryRoot } from "../support/shared.ts";

const problemsPage = join(repositoryRoot, "docs/problems.md");
export const root = "file:///folder";

/** The files of an example by path below the workspace. */
export function exampleFiles(folder: string): Record<string, string> {
  const path = join(repositoryRoot, "examples", folder);
  return Object.fromEntries(
    readdirSync(path).map((name) => [`${folder}/${name}`, readFileSync(join(path, name), "utf8")]),
  );
}

export interface HarnessOptions {
  /** Files on disk by path below the workspace. */
  files?: Record<string, string>;
  /** Of the workspace: `root` alone unless told otherwise. */
  folders?: string[];
  /** The `mapspace` section of the settings. */
  settings?: Record<string, unknown>;
  /** A client that pulls diagnostics (VS Code) or waits for them (many others). */
  pull?: boolean;
  /** A client that shows where the code of a problem leads. */
  links?: boolean;
  /** Features other than the server's own: broken ones. */
  features?: Features;
  /** Another place to run in: searches elsewhere, a template engine that comes late. */
  host?: Partial<Host>;
}

export class Client {
  readonly files = new Map<string, string>();
  /** Pushed diagnostics by URI, all of them in order. */
  readonly pushed: { uri: string; diagnostics: Diagnostic[]; version?: number }[] = [];
  readonly statuses: StatusParams[] = [];
  readonly logs: string[] = [];
  readonly requestsFromServer: string[] = [];
  /** A slow disk: files are listed once this resolves. */
  listing: Promise<void> = Promise.resolve();
  private readonly versions = new Map<string, number>();

  constructor(
    readonly connection: ProtocolConnection,
    public settings: Record<string, unknown>,
    private readonly folders: readonly string[],
  ) {
    connection.onRequest(listFilesRequest, async (params: ListFilesParams) => {
      this.requestsFromServer.push(listFilesRequest);
      await this.listing;
      return this.list(params);
    });
    connection.onRequest<ReadFileResult, void>(readFileRequest, ({ uri, limit }: ReadFileParams) => {
      this.requestsFromServer.push(`${readFileRequest} ${uri}`);
      const text = this.files.get(uri) ?? null;
      return text !== null && text.length > limit ? { bytes: text.length } : text;
    });
    connection.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) =>
      items.map(() => this.settings),
    );
    for (const method of [
      "client/registerCapability",
      "client/unregisterCapability",
      "workspace/codeLens/refresh",
      "workspace/diagnostic/refresh",
      "workspace/inlayHint/refresh",
      "workspace/semanticTokens/refresh",
    ]) {
      connection.onRequest(method, () => {
        this.requestsFromServer.push(method);
        return null;
      });
    }
    connection.onNotification("textDocument/publishDiagnostics", (params) => void this.pushed.push(params));
    connection.onNotification(statusNotification, (params: StatusParams) => void this.statuses.push(params));
    connection.onNotification("window/logMessage", ({ message }: { message: string }) => void this.logs.push(message));
  }

  /** As the extension does it: the workspace folder (of an untitled document: each), and what lies beside the file. */
  private list({ near, limit }: ListFilesParams): string[] {
    const unsaved = near.startsWith("untitled:");
    const folders = this.folders.filter((folder) => unsaved || near.startsWith(`${folder}/`));
    const beside = near.slice(0, near.lastIndexOf("/") + 1);
    return [...this.files.keys()]
      .filter(
        (file) =>
          folders.some((folder) => file.startsWith(`${folder}/`)) ||
          (!unsaved && file.slice(0, file.lastIndexOf("/") + 1) === beside),
      )
      .sort((a, b) => folderDistance(near, a) - folderDistance(near, b) || (a < b ? -1 : 1))
      .slice(0, limit);
  }

  uri(path: string): string {
    return path.includes(":") ? path : `${root}/${path}`;
  }

  async open(path: string, text = this.files.get(this.uri(path)) ?? "", languageId = "timeloop"): Promise<string> {
    const uri = this.uri(path);
    this.versions.set(uri, 1);
    await this.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId, version: 1, text },
    });
    return uri;
  }

  async change(path: string, text: string): Promise<void> {
    const uri = this.uri(path);
    const version = (this.versions.get(uri) ?? 0) + 1;
    this.versions.set(uri, version);
    await this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  }

  async close(path: string): Promise<void> {
    await this.connection.sendNotification("textDocument/didClose", { textDocument: { uri: this.uri(path) } });
  }

  /** A file changes on disk and the watcher says so. `null` deletes it. */
  async disk(path: string, text: string | null): Promise<void> {
    const uri = this.uri(path);
    const type = text === null ? 3 : this.files.has(uri) ? 2 : 1;
    if (text === null) this.files.delete(uri);
    else this.files.set(uri, text);
    await this.connection.sendNotification("workspace/didChangeWatchedFiles", { changes: [{ uri, type }] });
  }

  async configure(settings: Record<string, unknown>): Promise<void> {
    this.settings = settings;
    await this.connection.sendNotification("workspace/didChangeConfiguration", { settings: null });
  }

  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer depends on the method
  request(method: string, path: string, params: Record<string, unknown> = {}): Promise<any> {
    return this.connection.sendRequest(method, { textDocument: { uri: this.uri(path) }, ...params });
  }

  async diagnostics(path: string): Promise<Diagnostic[]> {
    return (await this.request("textDocument/diagnostic", path)).items;
  }

  /** Diagnostics pulled once the design is complete (its other files have been read). */
  async settled(path: string): Promise<Diagnostic[]> {
    for (let round = 0; round < 1000; round++) {
      const status = this.statuses.findLast((candidate) => candidate.uri === this.uri(path));
      if (status !== undefined && !/^no (architecture|problem|mapping)/.test(status.summary)) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.diagnostics(path);
  }
}

/** Waits until the condition holds; fails after a minute with what was waited for. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (performance.now() - start < 60_000) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}

export async function withServer(options: HarnessOptions, work: (client: Client) => Promise<void>): Promise<void> {
  const up = new PassThrough();
  const down = new PassThrough();
  const server = createConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
  const host: Host = {
    spawn: spawnInPlace,
    commands: false,
    loadOnDemand: async () => onDemand,
    loadTemplateEngine: async () => templateEngine,
    problemsPage: async () => ({ uri: "file:///server/docs/problems.md", text: readFileSync(problemsPage, "utf8") }),
  };
  startServer(server, { ...host, ...options.host }, options.features);
  const folders = options.folders ?? [root];
  const connection = createProtocolConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
  const client = new Client(connection, options.settings ?? {}, folders);
  for (const [path, text] of Object.entries(options.files ?? {})) client.files.set(client.uri(path), text);
  connection.listen();
  const pull = options.pull ?? true;
  const codeDescriptionSupport = options.links ?? false;
  const params = {
    processId: null,
    rootUri: root,
    workspaceFolders: folders.map((uri) => ({ uri, name: uri.slice(uri.lastIndexOf("/") + 1) })),
    capabilities: {
      workspace: {
        configuration: true,
        didChangeWatchedFiles: { dynamicRegistration: true },
        codeLens: { refreshSupport: true },
        inlayHint: { refreshSupport: true },
        semanticTokens: { refreshSupport: true },
        ...(pull ? { diagnostics: { refreshSupport: true } } : {}),
      },
      textDocument: {
        publishDiagnostics: { codeDescriptionSupport },
        ...(pull ? { diagnostic: { codeDescriptionSupport } } : {}),
      },
    },
  } as InitializeParams;
  try {
    await connection.sendRequest("initialize", params);
    await connection.sendNotification("initialized", {});
    await work(client);
  } finally {
    // Also where a test failed: a search that goes on would keep the process alive.
    const asked = connection.sendRequest("shutdown").catch(() => {});
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 5000).unref())]);
    // Answers under way arrive before the line is cut.
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.dispose();
    server.dispose();
    up.destroy();
    down.destroy();
  }
}
