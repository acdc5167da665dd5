import { type ExtensionContext, Uri } from "vscode";
import { LanguageClient } from "vscode-languageclient/browser";
import { activateShared, type MapspaceApi } from "./extension.ts";

/** The browser's, in the web extension host. */
declare const Worker: new (url: string, options: { name: string }) => ConstructorParameters<typeof LanguageClient>[2];

export function activate(context: ExtensionContext): MapspaceApi {
  const script = Uri.joinPath(context.extensionUri, "dist/browser/server.js").toString(true);
  return activateShared(context, (options) => {
    const worker = new Worker(script, { name: "mapspace" });
    return new LanguageClient("mapspace", "Mapspace", worker, options);
  });
}
