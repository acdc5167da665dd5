/** The v0.4 equivalent of a design, offered only where it costs what the design costs. */

import type { Architecture, Evaluation } from "../engine/model/types.ts";
import { type Conversion, convertToV04 } from "../spec/convert/to-v04.ts";
import { applyEdits } from "../spec/edit.ts";
import { readSpecification } from "../spec/specification.ts";
import type { Specification } from "../spec/types.ts";
import type { SourceFile } from "../syntax/source.ts";
import { type Analysis, analyse } from "./analysis.ts";

const conversions = new WeakMap<Analysis, Conversion>();

/** True for what v0.4 writes otherwise. */
export function isOlderThanV04({ architectureSource }: Specification): boolean {
  return architectureSource !== undefined && architectureSource.version !== "0.4";
}

/** Edits to all files of the design, or the reason why there are none. Computed once per analysis. */
export function conversionToV04(analysis: Analysis, files: readonly SourceFile[]): Conversion {
  let conversion = conversions.get(analysis);
  if (conversion === undefined) {
    conversion = checked(analysis, files);
    conversions.set(analysis, conversion);
  }
  return conversion;
}

function checked(analysis: Analysis, files: readonly SourceFile[]): Conversion {
  const { specification, options } = analysis;
  if (specification.problems.some(({ severity }) => severity === "error"))
    return { reason: "there are errors to mend first" };
  const conversion = convertToV04(specification, files);
  if ("reason" in conversion) return conversion;
  const converted = files.map((file) => {
    const own = conversion.edits.filter(({ location }) => location.uri === file.uri);
    return own.length === 0 ? file : applyEdits(file, own);
  });
  const after = readSpecification(converted);
  const differs = differentHardware(specification.architecture, after.architecture);
  if (differs !== null) return { reason: `${differs} would not mean the same` };
  const names = new Set(specification.layers.map(({ workload }) => workload.name));
  const layers = after.layers.filter(({ workload }) => names.has(workload.name));
  const then = analyse({ ...after, layers }, options).layers;
  for (const [index, { outcome }] of analysis.layers.entries()) {
    if (outcome?.evaluation === undefined) continue;
    const now = then[index]?.outcome?.evaluation;
    if (now === undefined || !sameCost(outcome.evaluation, now))
      return { reason: "the mapping would not cost the same" };
  }
  return conversion;
}

/** The first level that differs in more than its place in the file. */
function differentHardware(before: Architecture | undefined, after: Architecture | undefined): string | null {
  if (before === undefined || after === undefined) return "the architecture";
  const plain = ({ inferredNetwork, ...level }: Architecture["storage"][number]) => JSON.stringify(level);
  const differs = before.storage.find((level) => {
    const twin = after.storage.find(({ name }) => name === level.name);
    return twin === undefined || plain(twin) !== plain(level);
  });
  if (differs !== undefined) return differs.name;
  if (JSON.stringify(before.compute) !== JSON.stringify(after.compute)) return before.compute.name;
  return before.globalCycleSeconds === after.globalCycleSeconds ? null : "global_cycle_seconds";
}

/** Cycles, energy and every count of every level; a level that stands for a fan-out has none. */
export function sameCost(before: Evaluation, after: Evaluation): boolean {
  if (before.cycles !== after.cycles || !close(before.energyPj, after.energyPj)) return false;
  return before.levels.every((level) => {
    const twin = after.levels.find(({ name }) => name === level.name);
    return (
      twin !== undefined &&
      level.cycles === twin.cycles &&
      level.dataSpaces.every((result, i) => {
        const { total, tileWords, kept } = twin.dataSpaces[i];
        if (kept !== result.kept || (kept && tileWords !== result.tileWords)) return false;
        return (["reads", "fills", "updates"] as const).every((count) => total[count] === result.total[count]);
      })
    );
  });
}

/** The same terms in another order may round otherwise in the last digit. */
function close(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}
