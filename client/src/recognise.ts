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
  return modeline.test(start.slice(0, 2000)) || !recognised(start).next().done;
}

/** However much stands before it. */
export function hasMapping(text: string): boolean {
  for (const key of recognised(text)) if (key === "mapping") return true;
  return false;
}

/** Top-level keys of Timeloop with what belongs below them. */
function* recognised(text: string): Generator<string> {
  yield* inFlowStyle(text);
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const key = topLevelKey.exec(lines[i].replace(/^\ufeff/, ""))?.[1].replaceAll("-", "_");
    const sign = key === undefined ? undefined : signs[key];
    if (key === undefined || sign === undefined) continue;
    let end = i + 1;
    while (end < lines.length && !topLevelKey.test(lines[end])) end++;
    const block = [lines[i].slice(lines[i].indexOf(":") + 1), ...lines.slice(i + 1, end)];
    if (sign.test(block.map(withoutComment).join("\n"))) yield key;
    i = end - 1;
  }
}

/** `{architecture: {…}}`: a file in braces, told by its first keys as the server tells it. */
function* inFlowStyle(text: string): Generator<string> {
  const begin = /^\ufeff?(?:[ \t]*(?:#.*|---[ \t]*)?\r?\n)*\{(?![{%#])/.exec(text);
  if (begin === null) return;
  const asked = new Set<string>();
  for (const { 1: key, index } of text.slice(0, begin[0].length + 4096).matchAll(/[{,]\s*["']?([\w-]+)["']?\s*:/g)) {
    const name = key.replaceAll("-", "_");
    if (asked.has(name)) continue;
    asked.add(name);
    if (Object.hasOwn(signs, name) && signs[name].test(text.slice(index + 1))) yield name;
  }
}

function withoutComment(line: string): string {
  const comment = line.search(/(?:^|\s)#/);
  return comment < 0 ? line : line.slice(0, comment);
}
