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
  /** Bytes: of a larger file only its size is wanted. */
  limit: number;
}
export type ReadFileResult = string | { bytes: number } | null;

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
  /** What of this file ends after how many items. */
  cut: { what: "outline" | "folding" | "colours" | "problems"; after: number }[];
  /** Files around that were not read: those too large, and how many lie too far away. */
  unread: { large: string[]; files: number };
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
