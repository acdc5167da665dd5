/** `mapspace codesign`: units, registers and buffer under an area budget, with the mappings that use them. */

import { type CodesignProgress, codesign, type Design } from "../engine/search/gp/codesign.ts";
import { type Technology, thistleTechnology } from "../engine/search/gp/technology.ts";
import { fullMapspace } from "../engine/search/gp/technology-mapspace.ts";
import type { Objective } from "../engine/search/objective.ts";
import { printMappingYaml } from "../spec/formats/mapping-yaml.ts";
import { readSpecification } from "../spec/specification.ts";
import type { LayerSource } from "../spec/types.ts";
import { formatArea, formatCount, formatEdp, formatEnergy, formatNumber } from "../workspace/quantities.ts";
import type { Command } from "./command.ts";
import { type Input, readInputs } from "./inputs.ts";
import { renderTable } from "./table.ts";
import { DesignError, exitStatus, type FlagSpec, parseFlags, templateVariables, UsageError } from "./usage.ts";
import { volumeRows } from "./volume-text.ts";

const flagSpec = {
  area: { type: "string" },
  objective: { type: "string" },
  layer: { type: "string" },
  "buffer-bandwidth": { type: "string" },
  "dram-bandwidth": { type: "string" },
  expressions: { type: "boolean" },
  json: { type: "boolean" },
  set: { type: "string", multiple: true },
} as const satisfies FlagSpec;

const objectives: readonly Objective[] = ["energy", "latency", "edp"];

export const codesignCommand: Command = {
  name: "codesign",
  summary: "a machine under an area budget for the layers of a problem",
  help: `Usage: mapspace codesign --area MM2 [FLAGS] FILE...

Chooses the number of units, their registers and the shared buffer of one machine for all layers of FILEs' problem,
and a mapping for each layer, by geometric programming; everything is costed by the reference model under exact
counting. Constants of 45 nm, 16-bit words: docs/geometric-programming.md.

  --area MM2              area of units, registers and buffer together, mm²
  --objective NAME        energy (default), latency, edp
  --buffer-bandwidth N    words per cycle of the buffer, in and out together (default: no limit)
  --dram-bandwidth N      words per cycle of DRAM (default: no limit)
  --layer NAME            only this layer of the problem
  --expressions           print the footprints and data volumes of each class of loop orders instead
  --set NAME=VALUE        a variable of a template
  --json                  one JSON object

Ctrl-C ends it with the best so far.
Exit status: 0 a machine was found, 1 none fits, 2 wrong usage.
`,
  async run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    const objective = (flags.objective ?? "energy") as Objective;
    if (!objectives.includes(objective)) {
      throw new UsageError(`--objective takes ${objectives.join(", ")}; not "${flags.objective}"`);
    }
    const all = layersOf(readInputs(files, false, templateVariables(flags)));
    const layers = flags.layer === undefined ? all : all.filter(({ workload }) => workload.name === flags.layer);
    if (all.length === 0) throw new DesignError(`${files.join(", ")}: there is no readable problem`);
    if (layers.length === 0) throw new UsageError(`${files.join(", ")}: there is no layer called "${flags.layer}"`);
    if (flags.expressions) {
      process.stdout.write(`${layers.map(expressions).join("\n\n")}\n`);
      return exitStatus.fine;
    }
    if (flags.area === undefined) throw new UsageError("--area is needed: the budget in mm², for example --area 2.36");
    const technology = {
      ...thistleTechnology,
      bufferBandwidth: positive(flags["buffer-bandwidth"], "buffer-bandwidth"),
      dramBandwidth: positive(flags["dram-bandwidth"], "dram-bandwidth"),
    };
    const options = { objective, technology, areaUm2: positive(flags.area, "area")! * 1e6 };
    const counted = layers.map(({ workload, count }) => ({ workload, count }));
    const { best: design, done } = await drive(codesign(counted, options));
    if (!done) process.stderr.write("stopped before all machines were tried\n");
    if (design === null && !done) return exitStatus.problems;
    if (design === null) {
      process.stderr.write(`${files.join(", ")}: no machine of ${flags.area} mm² holds every layer\n`);
      return exitStatus.problems;
    }
    const mappings = layers.map((layer, i) => mappingYaml(design, technology, layer, i));
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ complete: done, ...asJson(design, layers, mappings) }, null, 2)}\n`
        : [report(design, layers), ...mappings.map((yaml, i) => `# ${nameOf(layers[i])}\n${yaml}`)].join("\n"),
    );
    return exitStatus.fine;
  },
};

/** Waits between steps, so that Ctrl-C is heard. */
export async function drive(search: Iterable<CodesignProgress>): Promise<Pick<CodesignProgress, "best" | "done">> {
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.once("SIGINT", stop);
  let last: Pick<CodesignProgress, "best" | "done"> = { best: null, done: false };
  try {
    for (const progress of search) {
      last = progress;
      if (process.stderr.isTTY) process.stderr.write(`\r${progress.programs} programs, ${progress.machines} machines `);
      await new Promise((resolve) => setImmediate(resolve));
      if (stopped) break;
    }
  } finally {
    process.removeListener("SIGINT", stop);
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  }
  return last;
}

/** Each layer once, of a folder with a mapping for each as of one problem. */
function layersOf(inputs: readonly Input[]): LayerSource[] {
  const layers = inputs.flatMap(({ files }) => readSpecification(files).layers);
  const shape = ({ workload }: LayerSource) => JSON.stringify([workload.name, workload.dimensions]);
  return [...new Map(layers.map((layer) => [shape(layer), layer])).values()];
}

function positive(given: unknown, flag: string): number | null {
  if (given === undefined) return null;
  const value = Number(given);
  if (!(value > 0 && Number.isFinite(value))) throw new UsageError(`--${flag} takes a positive number; not "${given}"`);
  return value;
}

const macsOf = ({ workload }: LayerSource) => workload.dimensions.reduce((product, d) => product * d.bound, 1);

const nameOf = ({ workload }: LayerSource) => workload.name || "(unnamed)";

/** The mapping of a layer, with the levels of the machine by name. */
function mappingYaml(design: Design, technology: Technology, { workload }: LayerSource, index: number): string {
  const mapspace = fullMapspace(technology, design, workload);
  const found = design.layers[index];
  return mapspace === null || found === null ? "" : printMappingYaml(found.mapping, mapspace.architecture, workload);
}

function report(design: Design, layers: readonly LayerSource[]): string {
  const { units, registers, buffer } = design;
  const rows = layers.map((layer, i) => {
    const found = design.layers[i];
    const macs = macsOf(layer);
    return [
      nameOf(layer),
      formatCount(layer.count),
      formatEnergy(found?.energyPj ?? Number.NaN),
      formatNumber((found?.energyPj ?? Number.NaN) / macs),
      formatCount(found?.cycles ?? Number.NaN),
      formatNumber(macs / (found?.cycles ?? Number.NaN)),
    ];
  });
  const titles = ["layer", "count", "energy", "pJ/MAC", "cycles", "MACs per cycle"];
  const table = renderTable(
    titles.map((title, i) => ({ title, align: i === 0 ? ("left" as const) : ("right" as const) })),
    rows,
  );
  return [
    `  ${formatCount(units)} units with ${formatCount(registers)} registers each, a buffer of ${formatCount(buffer)} words; ${formatArea(design.areaUm2)}`,
    `  energy ${formatEnergy(design.energyPj)}, ${formatCount(design.cycles)} cycles, EDP ${formatEdp(design.energyPj * design.cycles)}`,
    "",
    table,
    "",
  ].join("\n");
}

function asJson({ layers, ...design }: Design, sources: readonly LayerSource[], mappings: readonly string[]) {
  return {
    ...design,
    layers: sources.map((source, i) => ({
      name: source.workload.name,
      count: source.count,
      macs: macsOf(source),
      ...layers[i],
      mappingYaml: mappings[i],
    })),
  };
}

function expressions(layer: LayerSource): string {
  const titles = ["between", "order, outer to inner", "data space", "footprint inside", "volume"];
  return [
    `  ${nameOf(layer)}: trip counts r in the registers, p over units, q in time in the buffer, s in time in DRAM`,
    "",
    renderTable(
      titles.map((title) => ({ title })),
      volumeRows(layer.workload),
    ),
  ].join("\n");
}
