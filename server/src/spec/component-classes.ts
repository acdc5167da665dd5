/** What a component is, by parts of its class name (Timeloop `topology.cpp`, `isBufferClass` and its neighbours). */

const storage = ["DRAM", "SRAM", "regfile", "smartbuffer", "storage"];
const compute = ["mac", "intmac", "fpmac", "compute"];
const network = ["XY_NoC", "Legacy", "ReductionTree", "SimpleMulticast"];

export const classNames: readonly string[] = [...storage, "intmac", "fpmac", "mac", "compute", ...network];

/** Null: Timeloop leaves the component out. */
export function kindOfClass(name: string): "storage" | "compute" | "network" | null {
  const contains = (part: string) => name.includes(part);
  if (storage.some(contains)) return "storage";
  if (compute.some(contains)) return "compute";
  return network.some(contains) ? "network" : null;
}

/** `PE[0..13]`: the name without its range, and how many there are. Text without a range counts once. */
export function nameAndRange(text: string): { name: string; count: number } {
  const open = text.indexOf("[");
  const name = open >= 0 ? text.slice(0, open) : text;
  const range = /\[\s*(\d+)\s*\.\.\s*(\d+)\s*\]/.exec(text);
  return { name, count: range ? Number(range[2]) - Number(range[1]) + 1 : 1 };
}
