import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { evaluate } from "../../../server/src/engine/model/evaluate.ts";
import { RelaxedLayer } from "../../../server/src/engine/model/relaxed/layer.ts";
import { setMapping } from "../../../server/src/engine/model/relaxed/point.ts";
import { pricesOf } from "../../../server/src/engine/model/relaxed/prices.ts";
import { defaultEvaluationOptions } from "../../../server/src/engine/model/types.ts";
import { parseCompact } from "../../../server/src/spec/formats/dosa-compact.ts";
import { readSpecification } from "../../../server/src/spec/specification.ts";
import { sharedDir } from "../../support/shared.ts";
import { gemminiTemplate } from "./networks.ts";

export interface Fidelity {
  rows: number;
  /** Rows whose energy and cycles differ by at most 0.1 %. */
  close: number;
  /** Rows that differ by at most 1e-9. */
  equal: number;
  worst: number;
}

/** The relaxed model at DOSA's published mappings against the reference model under `exact` counting. */
export function relaxedFidelity(every: number): Fidelity {
  const text = gunzipSync(readFileSync(join(sharedDir() ?? "", "data/dosa/timeloop_mappings.csv.gz"))).toString("utf8");
  const [head, ...lines] = text.trim().split(/\r?\n/);
  const keys = head.split(",");
  const machines = new Map<string, ReturnType<typeof machine>>();
  const layers = new Map<string, ReturnType<typeof layerOf>>();
  const found: Fidelity = { rows: 0, close: 0, equal: 0, worst: 0 };
  const whole = { whole: true, sharpness: Number.POSITIVE_INFINITY, elision: true };
  for (let i = 0; i < lines.length; i += every) {
    const cells = lines[i].split(",");
    const cell = (key: string) => cells[keys.indexOf(key)];
    const sizes = ["arch.meshX", "arch.mem1_entries", "arch.mem2_entries"].map((key) => Number(cell(key)));
    const architecture = cached(machines, sizes.join(), () => machine(sizes));
    const bounds = ["R", "S", "P", "Q", "C", "K", "N", "Wstride", "Hstride", "Wdilation", "Hdilation"];
    const instance = bounds.map((key) => `${key}: ${cell(`prob.${key}`)}`).join(", ");
    const { workload, relaxed } = cached(layers, instance, () => layerOf(instance, architecture.storage.length));
    const source = { uri: "row", text: cell("mapping.mapping") };
    const { value: mapping } = parseCompact(source, architecture.storage.length, workload);
    const { evaluation } = evaluate(architecture, workload, mapping, defaultEvaluationOptions("exact"));
    if (evaluation === undefined || !setMapping(relaxed, mapping)) throw new Error(source.text);
    relaxed.measure();
    relaxed.cost(pricesOf(architecture, workload), whole, false);
    const away = Math.max(
      Math.abs(relaxed.energyPj / evaluation.energyPj - 1),
      Math.abs(relaxed.cycles / evaluation.cycles - 1),
    );
    found.rows++;
    if (away <= 1e-3) found.close++;
    if (away <= 1e-9) found.equal++;
    found.worst = Math.max(found.worst, away);
  }
  return found;
}

function cached<T>(known: Map<string, T>, key: string, make: () => T): T {
  let value = known.get(key);
  if (value === undefined) {
    value = make();
    known.set(key, value);
  }
  return value;
}

function machine([side, accumulator, scratchpad]: readonly number[]) {
  const text = gemminiTemplate(side)
    .replace("entries: 131072", `entries: ${scratchpad}`)
    .replace("entries: 512", `entries: ${accumulator}`);
  const { architecture } = readSpecification([{ uri: "gemmini.yaml", text }]);
  if (architecture === undefined) throw new Error("no architecture");
  return architecture;
}

function layerOf(instance: string, levels: number) {
  const text = `problem: {shape: cnn-layer, ${instance}}\n`;
  const { workload } = readSpecification([{ uri: "layer.yaml", text }]).layers[0];
  return { workload, relaxed: new RelaxedLayer(workload, levels) };
}
