/** Answers the server's questions about files through the editor, so that virtual file systems work too. */
import { FileType, RelativePattern, Uri, workspace } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import {
  type ListFilesParams,
  type ListFilesResult,
  listFilesRequest,
  type ReadFileParams,
  type ReadFileResult,
  readFileRequest,
} from "../../server/src/lsp/protocol.ts";

const pattern = "**/*.{yaml,yml,jinja2}";
const excluded = "**/{node_modules,.git}/**";

export function answerFileRequests(client: BaseLanguageClient): void {
  client.onRequest(listFilesRequest, listFiles);
  client.onRequest<ReadFileResult, void>(readFileRequest, readFile);
}

async function listFiles({ near, limit }: ListFilesParams): Promise<ListFilesResult> {
  const uri = Uri.parse(near);
  const own = workspace.getWorkspaceFolder(uri);
  const unsaved = uri.scheme === "untitled";
  const folders = own ? [own] : unsaved ? (workspace.workspaceFolders ?? []) : [];
  // Not every virtual file system can be searched; a folder can always be listed.
  const listed = unsaved ? folders.map((folder) => folder.uri) : [Uri.joinPath(uri, "..")];
  const all = await Promise.all([
    ...listed.map(filesIn),
    ...folders.map((folder) => workspace.findFiles(new RelativePattern(folder, pattern), excluded)),
  ]);
  const found = new Map(all.flat().map((file) => [file.toString(), file]));
  const distance = (path: string) => segmentsApart(uri.path, path);
  return [...found.values()]
    .map((file) => ({ file: file.toString(), distance: distance(file.path) }))
    .sort((a, b) => a.distance - b.distance || (a.file < b.file ? -1 : 1))
    .slice(0, limit)
    .map(({ file }) => file);
}

async function filesIn(folder: Uri): Promise<Uri[]> {
  try {
    const entries = await workspace.fs.readDirectory(folder);
    return entries
      .filter(([name, type]) => type & FileType.File && /\.(ya?ml|jinja2)$/.test(name))
      .map(([name]) => Uri.joinPath(folder, name));
  } catch {
    return [];
  }
}

export async function readFile({ uri, limit }: ReadFileParams): Promise<ReadFileResult> {
  try {
    const file = Uri.parse(uri);
    const { size } = await workspace.fs.stat(file);
    if (size > limit) return { bytes: size };
    return new TextDecoder().decode(await workspace.fs.readFile(file));
  } catch {
    return null;
  }
}

/** Steps up and down the folder tree from one file to another. */
function segmentsApart(from: string, to: string): number {
  const a = from.split("/");
  const b = to.split("/");
  let common = 0;
  while (common < a.length - 1 && common < b.length - 1 && a[common] === b[common]) common++;
  return a.length + b.length - 2 - 2 * common;
}
