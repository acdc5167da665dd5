import { l10n, Uri, type Webview } from "vscode";

/** The page of the panel: two bundled files, and nothing else may be loaded or run. */
export function explorerPage(webview: Webview, extension: Uri, design: string): string {
  const file = (name: string) => webview.asWebviewUri(Uri.joinPath(extension, "dist/webview", name)).toString();
  const nonce = randomText();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}' ${webview.cspSource}`,
    "img-src data: blob:",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" nonce="${nonce}" href="${file("explorer.css")}">
<title>${l10n.t("Explorer")}</title>
</head>
<body data-design="${escaped(design)}">
<main id="explorer"></main>
<script nonce="${nonce}" src="${file("explorer.js")}"></script>
</body>
</html>`;
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** 128 random bits, in Node.js and in the browser. */
function randomText(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
