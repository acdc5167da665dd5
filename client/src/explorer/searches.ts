/** Starts and stops searches in the server and files what they tell. */
import { l10n, Uri, workspace } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import type {
  CandidateView,
  CompareParams,
  ControlParams,
  DesignOffer,
  OfferParams,
  Run,
  RunAction,
  RunProgress,
  SearchOptions,
  StartParams,
  StartResult,
  TrafficCurve,
  TrafficParams,
  ViewParams,
  WriteParams,
  WriteResult,
} from "../../../server/src/features/explorer/protocol.ts";
import {
  compareRequest,
  controlRequest,
  offerRequest,
  progressNotification,
  startRequest,
  trafficRequest,
  viewRequest,
  writeRequest,
} from "../../../server/src/lsp/search-methods.ts";
import { isLive } from "../../../webview/src/run.ts";
import type { Server } from "../server.ts";
import type { RunStore } from "./store.ts";

export class Searches {
  private count = 0;
  private readonly life = Date.now().toString(36);

  constructor(
    private readonly server: Server,
    readonly store: RunStore,
    /** Where what commands measured is kept. */
    private readonly storage: Uri | undefined,
  ) {
    server.onDidChangeState((state) => {
      if (state !== "running") store.stopAll();
    });
  }

  /** Called for each new client of the server. */
  wire(client: BaseLanguageClient): void {
    client.onNotification(progressNotification, (progress: RunProgress) => this.store.progress(progress));
  }

  offer(uri: string): Promise<DesignOffer | null> {
    return this.server.request(offerRequest, { uri, trusted: workspace.isTrusted } satisfies OfferParams);
  }

  view(params: ViewParams): Promise<CandidateView | null> {
    return this.server.request(viewRequest, params);
  }

  traffic(params: TrafficParams): Promise<TrafficCurve | null> {
    return this.server.request(trafficRequest, params);
  }

  write(params: WriteParams): Promise<WriteResult> {
    return this.server.request(writeRequest, params);
  }

  /** The run, or why there is none. */
  start(uri: string, layer: number, options: SearchOptions): Promise<StartResult> {
    const own = Uri.parse(uri);
    const params: StartParams = {
      uri,
      run: this.nextId(),
      layer,
      options,
      trusted: workspace.isTrusted,
      storage: onDisk(this.storage),
      folder: onDisk(workspace.getWorkspaceFolder(own)?.uri ?? Uri.joinPath(own, "..")),
    };
    return this.file(this.server.request<StartResult>(startRequest, params));
  }

  compare(uri: string, layer: number, other: string): Promise<StartResult> {
    const params: CompareParams = { uri, run: this.nextId(), layer, other };
    return this.file(this.server.request<StartResult>(compareRequest, params));
  }

  async control(run: string, action: RunAction): Promise<void> {
    await this.server.request(controlRequest, { run, action } satisfies ControlParams);
  }

  /** Resolves with the run when it has ended. */
  ended(id: string): Promise<Run | undefined> {
    return new Promise((resolve) => {
      const known = this.store.get(id);
      if (known === undefined || !isLive(known)) {
        resolve(known);
        return;
      }
      const listener = this.store.onDidChange(({ run, removed }) => {
        if (run.id !== id || (isLive(run) && !removed)) return;
        listener.dispose();
        resolve(run);
      });
    });
  }

  private async file(asked: Promise<StartResult>): Promise<StartResult> {
    try {
      const result = await asked;
      if (result.run === undefined) return result;
      const run = { ...result.run, label: this.freeLabel(result.run) };
      this.store.put(run);
      return { run };
    } catch (error) {
      return { refusal: error instanceof Error ? error.message : l10n.t("The Mapspace server does not answer.") };
    }
  }

  /** Runs that were asked for alike are told apart by a number. */
  private freeLabel({ design, layer, label }: Run): string {
    const taken = new Set(
      this.store
        .of(design)
        .filter((run) => run.layer === layer)
        .map((run) => run.label),
    );
    let free = label;
    for (let i = 2; taken.has(free); i++) free = `${label} ${i}`;
    return free;
  }

  private nextId(): string {
    return `${this.life}-${this.count++}`;
  }
}

const onDisk = (uri: Uri | undefined): string | null => (uri?.scheme === "file" ? uri.fsPath : null);
