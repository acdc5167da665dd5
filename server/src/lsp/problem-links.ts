/** The code of a problem leads to its line in the documentation that comes with the server. */

import type { ClientCapabilities, Diagnostic } from "vscode-languageserver";
import type { Host } from "./host.ts";

export class ProblemLinks {
  private wanted = false;
  private reading: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(private readonly page: Host["problemsPage"]) {}

  initialize({ textDocument }: ClientCapabilities): void {
    this.wanted = [textDocument?.publishDiagnostics, textDocument?.diagnostic].some(
      (how) => how?.codeDescriptionSupport === true,
    );
  }

  /** What gives diagnostics their links, without further waiting. */
  async ready(): Promise<(diagnostics: Diagnostic[]) => Diagnostic[]> {
    if (!this.wanted) return (diagnostics) => diagnostics;
    this.reading ??= this.read();
    const links = await this.reading;
    return (diagnostics) =>
      diagnostics.map((diagnostic) => {
        const href = links.get(String(diagnostic.code));
        return href === undefined ? diagnostic : { ...diagnostic, codeDescription: { href } };
      });
  }

  private async read(): Promise<ReadonlyMap<string, string>> {
    try {
      const { uri, text } = await this.page();
      return new Map(
        text.split("\n").flatMap((line, i) =>
          // The line as editors take one from a link.
          [...line.matchAll(/<a id="([\w-]+)">/g)].map(([, code]) => [code, `${uri}#L${i + 1}`] as const),
        ),
      );
    } catch {
      return new Map();
    }
  }
}
