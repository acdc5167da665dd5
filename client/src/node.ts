import type { ExtensionContext } from "vscode";
import { activateShared, type MapspaceApi } from "./extension.ts";

export function activate(context: ExtensionContext): MapspaceApi {
  const module = context.asAbsolutePath("dist/server.cjs");
  return activateShared(context, async (options) => {
    const { LanguageClient, TransportKind } = await import("vscode-languageclient/node");
    const run = { module, transport: TransportKind.ipc };
    const debug = { ...run, options: { execArgv: ["--nolazy", "--inspect=0"] } };
    return new LanguageClient("mapspace", "Mapspace", { run, debug }, options);
  });
}
