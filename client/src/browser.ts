import { type ExtensionContext, Uri } from "vscode";
import type { LanguageClient } from "vscode-languageclient/browser";
import type { BrowserOptions } from "../../server/src/lsp/protocol.ts";
import { activateShared, type MapspaceApi } from "./extension.ts";

/** The browser's, in the web extension host. */
declare const Worker: new (url: string, options: { name: string }) => ConstructorParameters<typeof LanguageClient>[2];

export function activate(context: ExtensionContext): MapspaceApi {
  const script = Uri.joinPath(context.extensionUri, "dist/browser/server.js").toString(true);
  return activateShared(context, async (options) => {
    const library = await import("vscode-languageclient/browser");
    const worker = new Worker(script, { name: "mapspace" });
    // The worker itself cannot know: the editor starts it from a text of its own.
    const initializationOptions: BrowserOptions = { serverScript: script };
    return new library.LanguageClient("mapspace", "Mapspace", worker, { ...options, initializationOptions });
  });
}
