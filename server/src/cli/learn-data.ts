/** A table of measured mappings (CSV) as measurements of one architecture, or why it is none. */

import { evaluate } from "../engine/model/evaluate.ts";
import { analyticalCycles, latencyFeatures } from "../engine/model/learned/features.ts";
import type { Measurements } from "../engine/model/learned/fit.ts";
import { type Architecture, defaultEvaluationOptions, type Violation, type Workload } from "../engine/model/types.ts";
import { parseCompact } from "../spec/formats/dosa-compact.ts";
import { readSpecification } from "../spec/specification.ts";
import { UsageError } from "./usage.ts";

export interface MeasuredTable extends Measurements {
  dimensions: readonly string[];
}

export interface Columns {
  /** Names given by the user; else the usual ones are looked for. */
  cycles?: string;
  mapping?: string;
}

const cyclesNames = ["cycles", "measured_cycles", "target.gemmini_cycle"];
const mappingNames = ["mapping", "mapping.mapping"];

/** Rows of text cells by column name. */
export function readCsv(text: string): { names: string[]; rows: string[][] } {
  const lines: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    cells.push(cell.trim());
    cell = "";
  };
  const endLine = () => {
    endCell();
    if (cells.some((c) => c !== "")) lines.push(cells);
    cells = [];
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"' && cell.trim() === "") quoted = true;
    else if (c === ",") endCell();
    else if (c === "\n") endLine();
    else if (c !== "\r") cell += c;
  }
  endLine();
  const [names = [], ...rows] = lines;
  return { names: names.map((name) => name.replace(/^\uFEFF/, "")), rows };
}

export function readMeasurements(
  file: string,
  text: string,
  architecture: Architecture,
  columns: Columns,
): MeasuredTable {
  const { names, rows } = readCsv(text);
  const column = (given: string | undefined, usual: readonly string[], what: string) => {
    const found = given === undefined ? usual.find((name) => names.includes(name)) : given;
    if (found !== undefined && names.includes(found)) return names.indexOf(found);
    const wanted = given ?? usual.join(" or ");
    throw new UsageError(`${file}: there is no column ${wanted} for ${what}; it has ${names.slice(0, 12).join(", ")}`);
  };
  const cyclesAt = column(columns.cycles, cyclesNames, "the measured cycles (--cycles names another)");
  const mappingAt = column(columns.mapping, mappingNames, "the compact mapping (--mapping names another)");
  if (rows.length < 20) throw new UsageError(`${file}: measurements: ${rows.length}, too few; 20 is the least`);
  const workloads = new Map<string, { workload: Workload; index: number }>();
  const features: Float64Array[] = [];
  const measured = new Float64Array(rows.length);
  const layers = new Int32Array(rows.length);
  let dimensions: readonly string[] = [];
  for (const [r, row] of rows.entries()) {
    const place = `${file}, row ${r + 2}`;
    const refuse = (why: string): never => {
      throw new UsageError(`${place}: ${why}`);
    };
    const cycles = Number(row[cyclesAt]);
    if (!(cycles > 0)) refuse(`the measured cycles are ${row[cyclesAt] || "missing"}`);
    sameMachine(names, row, architecture, refuse);
    const problem = problemText(names, row);
    let layer = workloads.get(problem);
    if (layer === undefined) {
      const { layers: read, problems } = readSpecification([{ uri: "problem", text: problem }]);
      const error = problems.find(({ severity, code }) => severity === "error" && !code.includes("missing"));
      if (read.length !== 1) return refuse(`the layer cannot be read: ${error?.message ?? "no columns prob.*"}`);
      layer = { workload: read[0].workload, index: workloads.size };
      workloads.set(problem, layer);
    }
    const { workload, index } = layer;
    const mapping = parseCompact({ uri: place, text: row[mappingAt] }, architecture.storage.length, workload);
    if (mapping.problems.length > 0) refuse(mapping.problems[0].message);
    const depth = (row[mappingAt].match(/L\d+\[/g) ?? []).length;
    if (depth !== architecture.storage.length) {
      refuse(`its mapping has ${depth} levels; the architecture has ${architecture.storage.length}`);
    }
    const outcome = evaluate(architecture, workload, mapping.value, defaultEvaluationOptions("exact"));
    if (outcome.evaluation === undefined || outcome.violations.length > 0) {
      return refuse(`the architecture cannot run its mapping: ${violationText(outcome.violations[0], architecture)}`);
    }
    dimensions = workload.dimensions.map(({ name }) => name);
    features.push(latencyFeatures(workload, mapping.value, analyticalCycles(outcome.evaluation)));
    measured[r] = Math.log(cycles);
    layers[r] = index;
  }
  return { features, measured, layers, dimensions };
}

/** Columns `prob.*` are a layer: its shape by name, bounds, strides and dilations. */
export function problemText(names: readonly string[], row: readonly string[]): string {
  const entries = names.flatMap((name, i) => {
    const key = /^prob\.(\w+)$/.exec(name)?.[1];
    return key === undefined || row[i] === "" ? [] : [[key, row[i]] as const];
  });
  const shape = entries.find(([key]) => key === "shape")?.[1] ?? "cnn-layer";
  const instance = entries.filter(([key]) => key !== "shape").map(([key, value]) => `"${key}": ${Number(value)}`);
  return `problem: {shape: ${JSON.stringify(shape)}, instance: {${instance.join(", ")}}}`;
}

/** Columns `arch.*` that say what the architecture says too. */
function sameMachine(
  names: readonly string[],
  row: readonly string[],
  { storage, compute }: Architecture,
  refuse: (why: string) => never,
): void {
  const stated = (name: string) => {
    const at = names.indexOf(`arch.${name}`);
    return at < 0 || row[at] === undefined || row[at] === "" ? null : Number(row[at]);
  };
  const compare = (what: string, found: number | null, expected: number | null) => {
    if (found !== null && expected !== null && found !== expected) {
      refuse(`it was measured with ${what} ${found}; the architecture has ${expected}`);
    }
  };
  compare("PEs:", stated("pe"), compute.instances);
  compare("PEs in a row:", stated("meshX"), compute.meshX);
  storage.forEach((level, l) => {
    for (const [what, name, expected] of [
      ["instances", "instances", level.instances],
      ["instances in a row", "meshX", level.meshX],
      ["words", "entries", level.capacityWords],
      ["bits of a word", "word-bits", level.wordBits],
      ["words per cycle", "shared_bandwidth", level.sharedBandwidth],
      ["words per cycle read", "read_bandwidth", level.readBandwidth],
      ["words per cycle written", "write_bandwidth", level.writeBandwidth],
    ] as const)
      compare(`${what} of level ${l} (${level.name}):`, stated(`mem${l}_${name}`), expected);
  });
}

function violationText(violation: Violation | undefined, { storage }: Architecture): string {
  if (violation === undefined) return "it has no cost";
  if (violation.kind === "capacity") {
    const { name } = storage[violation.level];
    return `${name} would hold ${violation.neededWords} words and has room for ${violation.effectiveWords}`;
  }
  if ("used" in violation) {
    const { level } = violation;
    const name = typeof level === "number" ? storage[level].name : "the array";
    return `${name} (${violation.kind}): ${violation.used} used, ${violation.available} there`;
  }
  if (violation.kind === "factor-product")
    return `the factors multiply to ${violation.product}, not ${violation.bound}`;
  return violation.kind;
}
