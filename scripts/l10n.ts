// Writes client/l10n/bundle.l10n.json: every message of the extension, for translators. A translation is a file
// bundle.l10n.LANGUAGE.json beside it (and package.nls.LANGUAGE.json for what the manifest says).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const bundlePath = join(root, "client/l10n/bundle.l10n.json");

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

/** The messages in the order of the alphabet; a message that is no plain text in double quotes is an error. */
export function bundle(): string {
  const messages = new Set<string>();
  for (const path of sources(join(root, "client/src"))) {
    const text = readFileSync(path, "utf8");
    for (const { index } of text.matchAll(/\bl10n\.t\(/g)) {
      const literal = /^l10n\.t\(\s*("(?:[^"\\\n]|\\.)*")/.exec(text.slice(index));
      if (literal === null) throw new Error(`${path}: l10n.t takes a text in double quotes first`);
      messages.add(JSON.parse(literal[1]));
    }
  }
  const sorted = [...messages].sort();
  return `${JSON.stringify(Object.fromEntries(sorted.map((message) => [message, message])), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes("--check")) writeFileSync(bundlePath, bundle());
  else if (readFileSync(bundlePath, "utf8") !== bundle()) throw new Error("client/l10n is out of date: npm run l10n");
}
