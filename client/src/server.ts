/** The life of the language server as the editor sees it: started when first needed, restarted on request. */
import { EventEmitter, type LogOutputChannel, l10n } from "vscode";
import type { BaseLanguageClient, LanguageClientOptions } from "vscode-languageclient";
import { answerFileRequests } from "./files.ts";
import { plainYamlMiddleware } from "./plain-yaml.ts";
import { OneAtATime } from "./queue.ts";
import { languageId } from "./selector.ts";

/** Node and browser differ only in how a server is launched. */
export type LaunchServer = (options: LanguageClientOptions) => Promise<BaseLanguageClient>;

export type ServerState = "idle" | "starting" | "running" | "stopped";

export class Server {
  private client: BaseLanguageClient | undefined;
  private readonly changed = new EventEmitter<ServerState>();
  private readonly restarts = new OneAtATime(() => this.startAfresh());
  readonly onDidChangeState = this.changed.event;
  state: ServerState = "idle";

  constructor(
    private readonly launch: LaunchServer,
    private readonly log: LogOutputChannel,
    /** Called once for each new client, before it starts. */
    private readonly wire: (client: BaseLanguageClient) => void,
  ) {}

  /** Does nothing when the server was started before. */
  async ensureStarted(): Promise<void> {
    if (this.state === "idle") await this.restart();
  }

  restart(): Promise<void> {
    this.set("starting");
    return this.restarts.run();
  }

  async request<R>(method: string, params: unknown): Promise<R> {
    if (!this.client || this.state !== "running") {
      throw new Error(l10n.t("The Mapspace server is not running."));
    }
    return this.client.sendRequest<R>(method, params);
  }

  async dispose(): Promise<void> {
    this.changed.dispose();
    await this.stop();
  }

  private async startAfresh(): Promise<void> {
    await this.stop();
    this.set("starting");
    // The library is the larger part of the extension: nobody waits for it before a server is wanted.
    const { RevealOutputChannelOn, State } = await import("vscode-languageclient");
    const client = await this.launch({
      documentSelector: [{ language: languageId }, { language: "yaml" }],
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      synchronize: { configurationSection: "mapspace" },
      middleware: plainYamlMiddleware(() => this.client),
      initializationFailedHandler: () => false,
    });
    this.client = client;
    answerFileRequests(client);
    this.wire(client);
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) return;
      if (newState === State.Running) this.set("running");
      else if (newState === State.Stopped) this.set("stopped");
      else this.set("starting");
    });
    try {
      await client.start();
    } catch (error) {
      this.log.error(`The server did not start: ${error instanceof Error ? error.message : error}`);
      this.set("stopped");
    }
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      if (client?.needsStop()) await client.stop();
      await client?.dispose();
    } catch (error) {
      this.log.warn(`The server did not stop cleanly: ${error instanceof Error ? error.message : error}`);
    }
  }

  private set(state: ServerState): void {
    if (state === this.state) return;
    this.state = state;
    this.changed.fire(state);
  }
}
