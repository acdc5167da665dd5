/**
 * In documents that stay plain YAML another extension may be at work, so ours only reports what the files mean:
 * diagnostics and their fixes. YAML that does not concern us never reaches the server.
 */
import { type TextDocument, workspace } from "vscode";
import type { BaseLanguageClient, Middleware } from "vscode-languageclient";
import { concernsServer } from "./selector.ts";

const answeredInYaml = new Set(["textDocument/diagnostic", "textDocument/codeAction"]);

export function plainYamlMiddleware(client: () => BaseLanguageClient | undefined): Middleware {
  const told = new Set<string>();

  const isPlainYaml = (uri: string) =>
    workspace.textDocuments.some((document) => document.languageId === "yaml" && document.uri.toString() === uri);

  const open = async (document: TextDocument) => {
    const running = client();
    if (!running) return;
    told.add(document.uri.toString());
    const params = running.code2ProtocolConverter.asOpenTextDocumentParams(document);
    await running.sendNotification("textDocument/didOpen", params);
  };

  return {
    async didOpen(document, next) {
      if (!concernsServer(document)) return;
      told.add(document.uri.toString());
      await next(document);
    },
    async didChange(event, next) {
      if (told.has(event.document.uri.toString())) await next(event);
      else if (concernsServer(event.document)) await open(event.document);
    },
    async didClose(document, next) {
      if (told.delete(document.uri.toString())) await next(document);
    },
    async sendRequest<P, R>(
      type: string | { method: string },
      params: P | undefined,
      token: unknown,
      next: (...args: never[]) => Promise<R>,
    ): Promise<R> {
      const method = typeof type === "string" ? type : type.method;
      const uri = (params as { textDocument?: { uri?: string } } | undefined)?.textDocument?.uri;
      const hidden = uri !== undefined && (!told.has(uri) || (isPlainYaml(uri) && !answeredInYaml.has(method)));
      if (!hidden) return (next as (...args: unknown[]) => Promise<R>)(type, params, token);
      return (method === "textDocument/diagnostic" ? { kind: "full", items: [] } : null) as R;
    },
  };
}
