/** What server and client say to each other beyond the language server protocol. Types only. */

/** Server → client: YAML files of the workspace, nearest to `near` first, at most `limit`. */
export const listFilesRequest = "mapspace/listFiles";
export interface ListFilesParams {
  near: string;
  limit: number;
}
export type ListFilesResult = string[];

/** Server → client: the text of a file, `null` when it cannot be read. Goes through the editor, so virtual files work. */
export const readFileRequest = "mapspace/readFile";
export interface ReadFileParams {
  uri: string;
}
export type ReadFileResult = string | null;

/** Server → client: what the status item shows for a document. */
export const statusNotification = "mapspace/status";
export interface StatusParams {
  uri: string;
  /** One line: the estimate, or what is missing. */
  summary: string;
  /** Files of the design with how each was found. */
  parts: { uri: string; kinds: readonly string[]; foundBy: string }[];
  /** Kinds with several equally near files: the pick list offers them. */
  ambiguous: { kind: string; taken: string; others: readonly string[] }[];
  severity: "information" | "warning" | "error";
  /** Items after which the outline and the folding of this file end; `null` where nothing is left out. */
  limit: number | null;
}

/** Client → server: the full report of a design as Markdown. */
export const reportRequest = "mapspace/report";
export interface ReportParams {
  uri: string;
}
export type ReportResult = string;

/** What a client in a browser says when it initializes the server: the address of the script it started. */
export interface BrowserOptions {
  serverScript: string;
}
