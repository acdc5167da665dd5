/** Footprints and volumes of geometric programming as people write them: a table like the one of the paper. */

import type { Workload } from "../engine/model/types.ts";
import { kernelsOf } from "../engine/search/gp/loops.ts";
import { orderClasses } from "../engine/search/gp/orders.ts";
import { type Extent, footprint, type Transfer, type Trip, volume, type Words } from "../engine/search/gp/volumes.ts";

/** Letters of the slots of three levels, inner to outer; the registers have no spatial slot. */
const letters = ["", "r", "p", "q", "", "s"];

/** Rows of order, data space, footprint and volume, for registers, buffer and DRAM; kernels run whole in the registers. */
export function volumeRows(workload: Workload): string[][] {
  const kernels = kernelsOf(workload);
  const moving = workload.dimensions.flatMap(({ bound }, d) => (bound > 1 && !kernels.includes(d) ? [d] : []));
  const write = (words: Words) => renderWords(workload, kernels, words);
  return [1, 2].flatMap((level) => {
    const spreading = level === 1 ? moving : [];
    const copied = workload.dataSpaces.map(() => true);
    const slot = { level, inner: [level], prefix: [], free: workload.dimensions.map((_, d) => d), suffix: [] };
    return orderClasses(workload, { ...slot, moving, copied, spreading }).flatMap((c) => {
      const order = c.order.filter((d) => moving.includes(d)).map((d) => workload.dimensions[d].name);
      const alone = c.unspread.map((d) => `, p${workload.dimensions[d].name} = 1`).join("");
      return workload.dataSpaces.map(({ name }, v) => {
        const transfer: Transfer = { child: level - 1, parent: level, levels: 3, first: level, rule: c.rules[v] };
        return [
          v === 0 ? (level === 1 ? "registers ↔ buffer" : "buffer ↔ DRAM") : "",
          v === 0 ? order.reverse().join("") + alone : "",
          name,
          write(footprint(workload, v, level - 1)),
          write(volume(workload, v, transfer, false)),
        ];
      });
    });
  });
}

function renderWords(workload: Workload, kernels: readonly number[], { extents, trips }: Words): string {
  const factors = [
    ...extents.map((extent) => renderExtent(workload, kernels, extent)),
    ...trips.map((trip) => renderTrip(workload, kernels, trip)),
  ].filter((factor) => factor !== "");
  return factors.join("·") || "1";
}

function renderTrip(workload: Workload, kernels: readonly number[], { slot, dimension }: Trip): string {
  const { name, bound } = workload.dimensions[dimension];
  if (letters[slot] === "" || bound === 1) return "";
  if (kernels.includes(dimension)) return slot === 1 ? `${bound}` : "";
  return `${letters[slot]}${name}`;
}

function renderExtent(workload: Workload, kernels: readonly number[], { terms }: Extent): string {
  const parts = terms.map(({ coefficient, trips }) => ({
    coefficient,
    text: trips
      .map((trip) => renderTrip(workload, kernels, trip))
      .filter((t) => t !== "")
      .join("·"),
  }));
  const fixed = parts.filter(({ text }) => text === "" || /^\d+$/.test(text));
  const open = parts.filter((part) => !fixed.includes(part));
  const coefficients = terms.reduce((sum, { coefficient }) => sum + coefficient, 0);
  const constant =
    1 - coefficients + fixed.reduce((sum, { coefficient, text }) => sum + coefficient * Number(text || 1), 0);
  const written = open.map(({ coefficient, text }) => (coefficient === 1 ? text : `${coefficient}·${text}`));
  if (written.length === 0) return constant === 1 ? "" : `${constant}`;
  if (constant === 0 && written.length === 1) return written[0];
  return `(${[...written, ...(constant === 0 ? [] : [`${constant}`])].join(" + ").replace("+ -", "− ")})`;
}
