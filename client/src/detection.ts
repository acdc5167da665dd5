/** Gives recognised YAML documents the language `timeloop`, unless the user says otherwise. */
import { type Disposable, languages, type TextDocument, type TextDocumentChangeEvent, workspace } from "vscode";
import { isTimeloop } from "./recognise.ts";
import { languageId } from "./selector.ts";

/** Milliseconds without a key after which a text is looked at. */
const pause = 300;

/** Hears of YAML documents that are being written, once the writing pauses. */
export function afterTyping(hear: (document: TextDocument) => void): Disposable[] {
  const waiting = new Map<TextDocument, ReturnType<typeof setTimeout>>();
  const look = (document: TextDocument) => {
    waiting.delete(document);
    if (document.languageId === "yaml" && !document.isClosed) hear(document);
  };
  const typed = ({ document, contentChanges }: TextDocumentChangeEvent) => {
    if (document.languageId !== "yaml" || contentChanges.length === 0) return;
    clearTimeout(waiting.get(document));
    waiting.set(
      document,
      setTimeout(() => look(document), pause),
    );
  };
  return [
    workspace.onDidChangeTextDocument(typed),
    { dispose: () => [...waiting.values()].forEach((timer) => void clearTimeout(timer)) },
  ];
}

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
    // While our change of the language is under way, the document is still YAML: nobody has put it back.
    ...afterTyping((document) => !changed.has(document.uri.toString()) && consider(document)),
    workspace.onDidCloseTextDocument(forgetClosed),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("mapspace.detectLanguage")) workspace.textDocuments.forEach(consider);
    }),
  ];
}
