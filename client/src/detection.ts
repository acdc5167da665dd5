/** Gives recognised YAML documents the language `timeloop`, unless the user says otherwise. */
import { type Disposable, languages, type TextDocument, workspace } from "vscode";
import { isTimeloop } from "./recognise.ts";
import { languageId } from "./selector.ts";

export function detectLanguage(): Disposable[] {
  /** Documents that somebody put back to plain YAML: they stay so. */
  const refused = new Set<string>();
  const changed = new Set<string>();

  const consider = (document: TextDocument) => {
    const uri = document.uri.toString();
    if (document.languageId !== "yaml" || refused.has(uri)) return;
    if (changed.has(uri)) {
      refused.add(uri);
      return;
    }
    if (!workspace.getConfiguration("mapspace", document).get("detectLanguage", true)) return;
    if (!isTimeloop(document.getText())) return;
    changed.add(uri);
    void languages.setTextDocumentLanguage(document, languageId).then(undefined, () => changed.delete(uri));
  };

  /** Tabs closed meanwhile start afresh; a language change closes and opens a document too, within one turn. */
  const forgetClosed = (document: TextDocument) => {
    const uri = document.uri.toString();
    setTimeout(() => {
      if (workspace.textDocuments.some((open) => open.uri.toString() === uri)) return;
      changed.delete(uri);
      refused.delete(uri);
    });
  };

  for (const document of workspace.textDocuments) consider(document);
  return [
    workspace.onDidOpenTextDocument(consider),
    workspace.onDidSaveTextDocument(consider),
    workspace.onDidCloseTextDocument(forgetClosed),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("mapspace.detectLanguage")) workspace.textDocuments.forEach(consider);
    }),
  ];
}
