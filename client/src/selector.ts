import type { TextDocument } from "vscode";
import { isTimeloop } from "./recognise.ts";

export const languageId = "timeloop";

/** Documents the server is told about: ours, and Timeloop files that stay plain YAML by the user's wish. */
export function concernsServer(document: TextDocument): boolean {
  return document.languageId === languageId || (document.languageId === "yaml" && isTimeloop(document.getText()));
}
