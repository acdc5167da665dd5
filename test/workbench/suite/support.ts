import { extensions, type TextDocument, Uri, window, workspace } from "vscode";
import type { MapspaceApi } from "../../../client/src/extension.ts";

export async function api(): Promise<MapspaceApi> {
  const extension = extensions.getExtension<MapspaceApi>("mapspace.mapspace");
  if (!extension) throw new Error("the extension is not there");
  return extension.activate();
}

/** A file of the folder the window shows. */
export function file(path: string): Uri {
  return Uri.joinPath(workspace.workspaceFolders?.[0].uri ?? Uri.file("/"), path);
}

/** Opens a file and waits until it has its language. */
export async function show(path: string, language = "timeloop"): Promise<TextDocument> {
  const uri = file(path);
  await window.showTextDocument(await workspace.openTextDocument(uri));
  return eventually(`${path} has the language ${language}`, () =>
    workspace.textDocuments.find((document) => document.uri.path === uri.path && document.languageId === language),
  );
}

/** Waits until `look` returns something, and returns it. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
): Promise<T> {
  const end = Date.now() + 45_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`in vain waited until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
