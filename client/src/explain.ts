/** Problems lead to what the documentation says of their code; the page comes with the extension. */
import { Uri, workspace } from "vscode";
import type { Middleware } from "vscode-languageclient";

export function explainingMiddleware(extension: Uri): Middleware {
  const page = Uri.joinPath(extension, "docs/problems.md");
  let reading: Promise<Map<string, Uri>> | undefined;
  return {
    async provideDiagnostics(document, previousResultId, token, next) {
      const report = await next(document, previousResultId, token);
      if (report?.kind !== "full") return report;
      reading ??= placesOfCodes(page);
      const places = await reading;
      for (const diagnostic of report.items) {
        const { code } = diagnostic;
        const target = typeof code === "string" ? places.get(code) : undefined;
        if (typeof code === "string" && target !== undefined) diagnostic.code = { value: code, target };
      }
      return report;
    },
  };
}

/** The line of each code, as editors take one from a link. */
async function placesOfCodes(page: Uri): Promise<Map<string, Uri>> {
  try {
    const lines = new TextDecoder().decode(await workspace.fs.readFile(page)).split("\n");
    return new Map(
      lines.flatMap((line, i) =>
        [...line.matchAll(/<a id="([\w-]+)">/g)].map(
          ([, code]) => [code, page.with({ fragment: `L${i + 1}` })] as const,
        ),
      ),
    );
  } catch {
    return new Map();
  }
}
