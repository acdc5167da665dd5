/**
 * Ruby-S against perfect factors: optimum against optimum under `exact`, and by the paper's protocol (random sampling
 * until 3,000 valid mappings in a row are no better, means of five seeds) costed by `exact` and by Timeloop's rule:
 * `npm run bench:ruby [-- --figures 7,10]`. Measurements are kept in dist/bench/ruby, pictures written beside them.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sharedDir } from "../support/shared.ts";
import { layerCases, networkCases } from "./ruby/figures.ts";
import { layerPictures, layersTable } from "./ruby/layers.ts";
import { Bench } from "./ruby/measure.ts";
import { networkPictures, networksTable, sweepPicture, sweepTable } from "./ruby/networks.ts";

const folder = join(process.cwd(), "dist/bench/ruby");
mkdirSync(folder, { recursive: true });
const bench = new Bench(join(folder, "measured.json"));
const { figures } = parseArgs({ options: { figures: { type: "string" } } }).values;
const wanted = ({ figure }: { figure: string }) => figures === undefined || figures.split(",").includes(figure);

const layers = layerCases().filter(wanted);
write(layersTable(bench, layers), layerPictures(bench, layers));
if (sharedDir() === null) process.stdout.write("reference data not present (../shared is absent)\n");
else {
  const all = networkCases().filter(wanted);
  const networks = all.filter(({ figure }) => Number(figure) <= 12);
  write(networksTable(bench, networks), networkPictures(bench, networks));
  for (const figure of ["13", "14"]) {
    const sweep = all.filter((each) => each.figure === figure);
    write(sweepTable(bench, sweep), sweepPicture(bench, sweep));
  }
}

/** A table (its first row the titles), and pictures by figure. */
function write(rows: readonly (readonly string[])[], pictures: ReadonlyMap<string, string>): void {
  if (rows.length < 2) return;
  const [titles, ...lines] = rows;
  for (const cells of [titles, titles.map(() => "---"), ...lines]) process.stdout.write(`| ${cells.join(" | ")} |\n`);
  process.stdout.write("\n");
  for (const [figure, picture] of pictures) writeFileSync(join(folder, `figure-${figure}.svg`), picture);
}
