/** Which energy and area tables to offer for a design: `*.ERT.yaml` and `*.ART.yaml` beside it or in output folders. */

import { baseName, folderDistance } from "./paths.ts";

export interface TableOffer {
  ert: string | null;
  art: string | null;
}

const tableName = /^(?:(.*)[._-])?(ERT|ART)\.ya?ml$/i;
const outputFolder = /(?:^|[/\\])(?:outputs?|out|results?|timeloop-\w+\.?\w*|accelergy\w*)(?:[/\\]|$)/i;

/**
 * The pair that suits the design best: tables of one folder and one prefix, nearest to the design's files, output
 * folders after others, the first by name among equals. (`*.ERT_summary.yaml` holds no table.)
 *
 * @param designFiles paths or URIs of the design's files; the first is the one people work in
 * @param candidates paths or URIs of files around it
 */
export function offerTables(designFiles: readonly string[], candidates: readonly string[]): TableOffer {
  const [home] = designFiles;
  if (home === undefined) return { ert: null, art: null };
  const pairs = new Map<string, TableOffer & { distance: number; own: boolean }>();
  for (const path of [...candidates].sort()) {
    const name = baseName(path);
    const match = tableName.exec(name);
    if (match === null) continue;
    const folder = path.slice(0, path.length - name.length);
    const key = `${folder}\0${match[1] ?? ""}`;
    const pair = pairs.get(key) ?? {
      ert: null,
      art: null,
      distance: Math.min(...designFiles.map((file) => folderDistance(file, path))),
      own: !outputFolder.test(folder),
    };
    const kind = match[2].toLowerCase() as "ert" | "art";
    pair[kind] ??= path;
    pairs.set(key, pair);
  }
  const [best] = [...pairs.values()].sort(
    (a, b) =>
      Number(b.ert !== null) - Number(a.ert !== null) ||
      a.distance - b.distance ||
      Number(b.own) - Number(a.own) ||
      Number(b.art !== null) - Number(a.art !== null),
  );
  return best ? { ert: best.ert, art: best.art } : { ert: null, art: null };
}
