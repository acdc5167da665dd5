import type { CostModel } from "../../server/src/engine/model/cost.ts";
import { keepAt, kindSpatialX, kindSpatialY, kindTemporal, loopsAt } from "../../server/src/engine/model/encoding.ts";
import { fanouts } from "../../server/src/engine/model/fanout.ts";
import type { Workload } from "../../server/src/engine/model/types.ts";
import type { Machine } from "./accelerators.ts";
import type { Random } from "./random.ts";

/** Which loops may have residuals: none, the spatial ones (Ruby-S), all (Ruby). */
export type Residuals = "none" | "spatial" | "all";

/** Fills `row` with a random mapping that the machine holds; false if a thousand tries gave none. */
export function randomRow(
  random: Random,
  { architecture, keep }: Machine,
  workload: Workload,
  model: CostModel,
  residuals: Residuals,
  row: Int32Array,
): boolean {
  const { layout } = model;
  const fan = fanouts(architecture);
  const order = workload.dimensions.map((_, d) => d);
  for (let attempt = 0; attempt < 1000; attempt++) {
    for (let l = 0; l < layout.levels; l++) {
      for (const kind of [kindTemporal, kindSpatialX, kindSpatialY]) {
        const at = loopsAt(layout, l, kind);
        row.fill(1, at, at + 2 * layout.dimensions);
        row.set(random.shuffle(order), at + 2 * layout.dimensions);
      }
      for (let v = 0; v < layout.dataSpaces; v++)
        row[keepAt(layout, l) + v] = (keep[l][v] ?? random.chance(0.6)) ? 1 : 0;
    }
    const left = fan.map(({ x, y }) => ({ x, y }));
    const fair = random.shuffle([...order]).every((d) => {
      let rest = workload.dimensions[d].bound;
      for (let l = 0; l < layout.levels && rest > 1; l++) {
        const tiny = (architecture.storage[l].capacityWords ?? Number.POSITIVE_INFINITY) < 4;
        for (const kind of [kindSpatialX, kindSpatialY, kindTemporal]) {
          const last = l === layout.levels - 1 && kind === kindTemporal;
          const most =
            kind === kindTemporal ? (tiny ? 1 : rest) : Math.min(rest, kind === kindSpatialX ? left[l].x : left[l].y);
          let factor = last ? rest : random.chance(kind === kindTemporal ? 0.5 : 0.8) ? random.between(1, most) : 1;
          const cut = residuals === "all" || (residuals === "spatial" && kind !== kindTemporal);
          if (!cut) while (rest % factor !== 0) factor--;
          const at = loopsAt(layout, l, kind) + d;
          row[at] = factor;
          row[at + layout.dimensions] = ((rest - 1) % factor) + 1;
          rest = Math.ceil(rest / factor);
          if (kind === kindSpatialX) left[l].x = Math.floor(left[l].x / factor);
          if (kind === kindSpatialY) left[l].y = Math.floor(left[l].y / factor);
        }
      }
      return rest === 1;
    });
    if (fair && model.fits(row)) return true;
  }
  return false;
}
