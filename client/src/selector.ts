import type { TextDocument } from "vscode";
import { isTimeloop } from "./recognise.ts";

export const languageId = "timeloop";
/** Texts shown beside a file in a diff. */
export const previewScheme = "mapspace-preview";

/** Documents the server is told about: ours, and Timeloop files that stay plain YAML by the user's wish. */
export function concernsServer(document: TextDocument): boolean {
  // What a file would become is no part of any design.
  if (document.uri.scheme === previewScheme) return false;
  return document.languageId === languageId || (document.languageId === "yaml" && isTimeloop(document.getText()));
}
