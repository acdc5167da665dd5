/**
 * Tells Timeloop files from other YAML by what they say, strictly: `components:` or `variables:` alone also open an
 * OpenAPI description or a pipeline, so a top-level key counts only together with something that belongs below it.
 */

const flow = "(?:^|[\\s{,-])";
const below = (words: string) => new RegExp(`${flow}["']?(?:${words})["']?\\s*:`);
const directive = below("target|factors|permutation|bypass|keep");
const constraints = below("targets?|factors|permutation");

// A shape of its own, or a built-in one that lists its bounds directly: at least three single letters.
const bounds = `(?:${flow}[A-Z]\\s*:\\s*\\d+[\\s\\S]*?){3}`;
const problem = new RegExp(`${below("shape|instance|data[_-]spaces").source}|${bounds}`);

const signs: Readonly<Record<string, RegExp>> = {
  architecture: below("subtree|local|nodes|storage|arithmetic"),
  arch: below("subtree|local|nodes|storage|arithmetic"),
  problem,
  // `shape:` alone is also said of the layers of a neural network.
  layers: new RegExp(`${below("data[_-]spaces").source}|${bounds}`),
  mapping: directive,
  constraints,
  architecture_constraints: constraints,
  arch_constraints: constraints,
  mapspace_constraints: constraints,
  mapspace: constraints,
  ERT: below("tables"),
  ART: below("tables"),
  mapper: below("algorithm|optimization[_-]metrics?|num[_-]threads|victory[_-]condition|search[_-]size|timeout"),
  compound_components: below("classes|version"),
  components: below("classes"),
  variables: below("global_cycle_seconds|technology"),
};

const modeline = /^[ \t]*#[ \t]*mapspace:/m;
const topLevelKey = /^["']?([A-Za-z_][\w-]*)["']?[ \t]*:/;
/** Longer files are judged by their beginning. */
const searched = 64 * 1024;

export function isTimeloop(text: string): boolean {
  const start = text.slice(0, searched);
  if (modeline.test(start.slice(0, 2000))) return true;
  if (isInFlowStyle(start)) return true;
  const lines = start.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const key = topLevelKey.exec(lines[i].replace(/^\ufeff/, ""))?.[1].replaceAll("-", "_");
    const sign = key === undefined ? undefined : signs[key];
    if (sign === undefined) continue;
    let end = i + 1;
    while (end < lines.length && !topLevelKey.test(lines[end])) end++;
    const block = [lines[i].slice(lines[i].indexOf(":") + 1), ...lines.slice(i + 1, end)];
    if (sign.test(block.map(withoutComment).join("\n"))) return true;
    i = end - 1;
  }
  return false;
}

/** `{architecture: {…}}`: a file in braces, told by its first keys as the server tells it. */
function isInFlowStyle(text: string): boolean {
  const begin = /^\ufeff?(?:[ \t]*(?:#.*|---[ \t]*)?\r?\n)*\{(?![{%#])/.exec(text);
  if (begin === null) return false;
  const asked = new Set<string>();
  for (const { 1: key, index } of text.slice(0, begin[0].length + 4096).matchAll(/[{,]\s*["']?([\w-]+)["']?\s*:/g)) {
    const name = key.replaceAll("-", "_");
    if (asked.has(name)) continue;
    asked.add(name);
    if (Object.hasOwn(signs, name) && signs[name].test(text.slice(index + 1))) return true;
  }
  return false;
}

function withoutComment(line: string): string {
  const comment = line.search(/(?:^|\s)#/);
  return comment < 0 ? line : line.slice(0, comment);
}
