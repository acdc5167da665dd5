import { type TextDocument, workspace } from "vscode";
import { isTimeloop } from "./recognise.ts";

export const languageId = "timeloop";
/** Texts shown beside a file in a diff. */
export const previewScheme = "mapspace-preview";

/** Documents the server is told about: ours, and Timeloop files that stay plain YAML by the user's wish. */
export function concernsServer(document: TextDocument): boolean {
  if (!isFile(document)) return false;
  return document.languageId === languageId || (document.languageId === "yaml" && isTimeloop(document.getText()));
}

/** What a file was (the left side of a diff) or would become is no part of any design, and has no files beside it. */
function isFile({ uri }: TextDocument): boolean {
  if (uri.scheme === "untitled" || workspace.getWorkspaceFolder(uri) !== undefined) return true;
  return workspace.fs.isWritableFileSystem(uri.scheme) === true;
}
