/** One access count in words a student understands, from the terms the engine kept. */

import type { Architecture, Term, TermLoop, Workload } from "../engine/model/types.ts";
import { formatCount, formatNumber } from "../workspace/quantities.ts";

const number = (value: number) => (Number.isInteger(value) ? formatCount(value) : formatNumber(value));

export function explainCount(
  architecture: Architecture,
  workload: Workload,
  dataSpace: number,
  count: string,
  term: Term,
): string {
  const inputs = Object.entries(term.inputs).map(([name, value]) => `${spaced(name)} ${number(value)}`);
  const loops = term.loops?.length
    ? `; loops: ${term.loops.map((loop) => loopName(architecture, workload, loop)).join(" × ")}`
    : "";
  return `${workload.dataSpaces[dataSpace].name} ${count} = ${number(term.value)}${inputs.length > 0 ? ` (${inputs.join(", ")}${loops})` : ""}`;
}

export function loopName(
  architecture: Architecture,
  workload: Workload,
  { dimension, factor, level, kind }: TermLoop,
): string {
  const where = architecture.storage[level].name;
  return `${factor} (${workload.dimensions[dimension].name} at ${where}${kind === "temporal" ? "" : ", spread"})`;
}

/** `tileWords` → `tile words`. */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}
