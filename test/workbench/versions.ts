import { resolve } from "node:path";
import { repositoryRoot } from "../support/shared.ts";

/** `oldest` is the lowest version in the manifest's `engines.vscode`. */
export type WorkbenchVersion = "current" | "oldest";

export const lockFolder = (version: WorkbenchVersion): string =>
  resolve(repositoryRoot, "test/workbench/versions", version);

export const toolsFolder = (version: WorkbenchVersion): string => resolve(repositoryRoot, "test/.tools", version);

/** What a run needs of an installed workbench. */
export interface Workbench {
  version: WorkbenchVersion;
  /** VS Code's version number. */
  vscode: string;
  /** The Node.js binary that came with it. */
  node: string;
  /** code-server's entry script. */
  entry: string;
}
