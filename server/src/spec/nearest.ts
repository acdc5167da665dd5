import type { Fix, Location } from "../syntax/source.ts";

/** Insertions, deletions, changes and swaps of neighbouring characters. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, substitution, swapped ? beforeLast[j - 2] + 1 : substitution));
    }
    beforeLast = previous;
    previous = row;
  }
  return previous[b.length];
}

/** The known name that was probably meant: equal but for case or separators, else a few typing errors away. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[-_ ]/g, "");
  const same = known.find((name) => plain(name) === plain(written));
  if (same !== undefined) return same;
  let best: string | undefined;
  let distance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    if (Math.abs(name.length - written.length) >= distance) continue;
    const d = editDistance(plain(written), plain(name));
    if (d < distance && d < name.length) {
      best = name;
      distance = d;
    }
  }
  return best;
}

/** A sentence to end a message with that names the known name nearest to the one written; empty where none is near. */
export function didYouMean(written: string, known: readonly string[]): string {
  const near = nearestName(written, known);
  return near === undefined ? "" : ` Did you mean “${near}”?`;
}

/** “a, b and c” for messages. */
export function listed(names: readonly string[], conjunction = "and"): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} ${conjunction} ${names[names.length - 1]}`;
}

/** A fix that writes the known name nearest to the one at `location`, where one is near. */
export function renameFixes(written: string, known: readonly string[], location: Location): Fix[] {
  const name = nearestName(written, known);
  return name === undefined ? [] : writeFixes([name], location);
}

/** Fixes that write one of these texts at `location`. */
export function writeFixes(texts: readonly string[], location: Location): Fix[] {
  return texts.map((text) => ({ title: `Write “${text}”`, edits: [{ location, newText: text }], safe: false }));
}
