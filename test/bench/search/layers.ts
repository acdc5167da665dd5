/** Exact search on layers of published networks, drawn at random, on the machines of the recorded baselines. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMapspace } from "../../../server/src/engine/mapspace/build.ts";
import { Prng } from "../../../server/src/engine/numeric/prng.ts";
import { exactSearch } from "../../../server/src/engine/search/exact/exact.ts";
import { lowerConstraints } from "../../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../../server/src/spec/specification.ts";
import { run } from "./run.ts";

interface Slot {
  machine: string;
  network: string;
  file: string;
  kind: "pfm" | "ruby-s";
}

/** The inputs of any recorded run hold the machine. */
const recorded = {
  ey: "ey__alexnet_conv2__uber__random__60s",
  gm: "gm__alexnet_conv2__uber__random__60s",
  t3: "t3__alexnet_conv2__uber__random__60s",
};

/** So many CPU seconds for a proven optimum, or for Ruby-S a gap of 1 %. */
function limitOf({ machine, kind }: Slot): number {
  if (kind === "ruby-s") return 60;
  return machine === "t3" ? 30 : 5;
}

function problemOf(data: string, { machine, network, file, kind }: Slot) {
  const read = (...path: string[]) => ({ uri: path.join("/"), text: readFileSync(join(data, ...path), "utf8") });
  const design = readSpecification([read("mapper", recorded[machine as keyof typeof recorded], "in.yaml")]);
  const [layer] = readSpecification([read("workloads", network, file)]).layers;
  if (layer === undefined) return undefined;
  const { constraints } = lowerConstraints(
    design.constraints,
    design.architecture!,
    layer.workload,
    design.architectureSource,
  );
  return createMapspace(design.architecture!, layer.workload, kind, constraints).mapspace;
}

/** Searches `count` draws of layer, machine and mapspace, printing each; true where all keep to their limits. */
export function layersTable(data: string, count: number, only: string): boolean {
  const slots = readdirSync(join(data, "workloads"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: network }) =>
      readdirSync(join(data, "workloads", network))
        .filter((file) => file.endsWith(".yaml") && !/^(unique_layers|layers|layer_count)\./.test(file))
        .flatMap((file) =>
          Object.keys(recorded).flatMap((machine) =>
            (["pfm", "ruby-s"] as const).map((kind): Slot => ({ machine, network, file, kind })),
          ),
        ),
    )
    .filter(({ machine, network, file, kind }) => `${machine} ${network}/${file} ${kind}`.includes(only));
  const random = new Prng(1);
  let held = 0;
  let searched = 0;
  process.stdout.write(
    "| machine | layer | mapspace | CPU s | limit | gap | costed |\n|---|---|---|---|---|---|---|\n",
  );
  while (searched < count && slots.length > 0) {
    const [slot] = slots.splice(random.below(slots.length), 1);
    const mapspace = problemOf(data, slot);
    if (mapspace === undefined) continue;
    searched++;
    const limit = limitOf(slot);
    const { progress, seconds } = run(exactSearch(mapspace, { objective: "edp", seed: 1 }), limit);
    const gap = progress.bound === null || progress.best === null ? 1 : 1 - progress.bound / progress.best.value;
    const holds = gap <= (slot.kind === "ruby-s" ? 0.01 : 1e-9);
    if (holds) held++;
    const cells = [
      slot.machine,
      `${slot.network}/${slot.file.replace(".yaml", "")}`,
      slot.kind,
      seconds.toFixed(2),
      `${limit}${holds ? "" : " missed"}`,
      `${(100 * gap).toFixed(2)} %`,
      String(progress.evaluations),
    ];
    process.stdout.write(`| ${cells.join(" | ")} |\n`);
  }
  process.stdout.write(`\n${held} of ${searched} within their limits\n`);
  return held === searched;
}
