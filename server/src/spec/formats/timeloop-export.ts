import type {
  Architecture,
  ComputeLevel,
  InferredNetwork,
  Mapping,
  StorageLevel,
  UserNetwork,
  Workload,
} from "../../engine/model/types.ts";
import { printMappingYaml, quotedWord } from "./mapping-yaml.ts";

/** A text, a number, or YAML that is written as it is. */
type Value = string | number | boolean | { yaml: string } | null;
type Attributes = (readonly [key: string, value: Value])[];

/** Root of the exported component tree; energy and area tables name components below it. */
const root = "System";

/**
 * One v0.3 file that `timeloop-model` runs: architecture with every default written out, problem with its shape,
 * mapping with residuals, and all energies and areas as tables. Check `spatialFits` before: a dimension spread
 * along both axes of one level has no form in Timeloop's mappings.
 */
export function exportTimeloop(architecture: Architecture, workload: Workload, mapping: Mapping): string {
  const parts = exportTimeloopParts(architecture, workload, mapping);
  return [parts.architecture, parts.problem, parts.mapping, parts.tables].join("");
}

/** The same as four texts. */
export function exportTimeloopParts(architecture: Architecture, workload: Workload, mapping: Mapping) {
  return {
    architecture: architectureText(architecture, workload),
    problem: problemText(workload),
    mapping: printMappingYaml(mapping, architecture, workload, "0.3"),
    tables: energyText(architecture) + areaText(architecture),
  };
}

function architectureText(architecture: Architecture, workload: Workload): string {
  const { storage, compute, networks } = architecture;
  const components = [
    ...[...storage]
      .reverse()
      .map((level) => componentText(level.name, storageClass(level), storageAttributes(level, workload))),
    ...[...networks]
      .reverse()
      .map((network) => componentText(network.name, networkClass[network.kind], userNetworkAttributes(network))),
    componentText(compute.name, compute.class, computeAttributes(compute, storage[0])),
  ];
  const { globalCycleSeconds } = architecture;
  const clock = globalCycleSeconds === null ? "" : `    attributes: {global_cycle_seconds: ${globalCycleSeconds}}\n`;
  return `architecture:\n  version: 0.3\n  subtree:\n  - name: ${root}\n${clock}    local:\n${components.join("")}`;
}

function componentText(name: string, className: string, attributes: Attributes): string {
  const lines = attributes
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `        ${key}: ${valueText(value)}\n`);
  return `    - name: ${scalar(name)}\n      class: ${scalar(className)}\n      attributes:\n${lines.join("")}`;
}

function valueText(value: Value): string {
  if (value !== null && typeof value === "object") return value.yaml;
  return typeof value === "string" ? scalar(value) : String(value);
}

/** Plain where YAML cannot take it for something else. */
function scalar(text: string): string {
  return /^[A-Za-z_][\w.]*$/.test(text) && quotedWord(text) === text ? text : JSON.stringify(text);
}

/** Timeloop knows a DRAM by the name of its class. */
function storageClass(level: StorageLevel): string {
  return level.technology === "DRAM" && !level.class.includes("DRAM") ? "DRAM" : level.class;
}

function storageAttributes(level: StorageLevel, workload: Workload): Attributes {
  const scaled = level.bandwidthScale.some((factor) => factor !== 1);
  const scale = workload.dataSpaces.map(({ name }, i) => `${scalar(name)}: ${level.bandwidthScale[i] ?? 1}`).join(", ");
  return [
    ["instances", level.instances],
    ["meshX", level.meshX],
    ["meshY", level.meshY],
    ["word_bits", level.wordBits],
    ["block_size", level.blockSize],
    ["cluster_size", level.clusterSize],
    ["entries", level.capacityWords],
    ["multiple_buffering", level.multipleBuffering],
    ["min_utilization", level.minUtilization === 0 ? null : level.minUtilization],
    ["read_bandwidth", level.readBandwidth],
    ["write_bandwidth", level.writeBandwidth],
    ["shared_bandwidth", level.sharedBandwidth],
    ["num_ports", level.numPorts],
    ["num_banks", level.numBanks],
    ["reduction_supported", level.reductionSupported],
    ["power_gated_at", level.powerGatedAt],
    ["addr_gen_energy", level.addressGenerationEnergyPj],
    ["network_read", level.readNetwork],
    ["network_fill", level.fillNetwork],
    ["network_drain", level.drainNetwork],
    ["network_update", level.updateNetwork],
    ...networkAttributes(level.inferredNetwork),
    ["network_fill_latency", level.inferredNetwork.fillLatencyCycles],
    ["network_drain_latency", level.inferredNetwork.drainLatencyCycles],
    ["per_dataspace_bandwidth_consumption_scale", scaled ? { yaml: `{${scale}}` } : null],
  ];
}

function networkAttributes(network: InferredNetwork): Attributes {
  return [
    ["network_type", network.type],
    ["network_word_bits", network.wordBits],
    ["router_energy", network.routerEnergyPj],
    ["wire_energy", network.wireEnergyPj],
    ["tile_width", network.tileWidthUm],
    ["energy_per_hop", network.energyPerHopPj],
    ["energy-per-ingress", network.ingressEnergyPj === 0 ? null : network.ingressEnergyPj],
  ];
}

const networkClass = {
  legacy: "Legacy",
  "reduction-tree": "ReductionTree",
  "simple-multicast": "SimpleMulticast",
} as const;

function userNetworkAttributes(network: UserNetwork): Attributes {
  const multicast = network.kind === "simple-multicast";
  return [
    ...networkAttributes(network),
    ["fill_latency", network.fillLatencyCycles],
    ["drain_latency", network.drainLatencyCycles],
    ["adder_energy", network.adderEnergyPj],
    ["action_name", multicast ? "transfer" : null],
    ["multicast_factor_argument", multicast && !network.energyByMulticastPj.has(0) ? "multicast_factor" : null],
  ];
}

function computeAttributes(compute: ComputeLevel, innermost: StorageLevel | undefined): Attributes {
  return [
    ["instances", compute.instances],
    ["meshX", compute.meshX],
    ["meshY", compute.meshY],
    ["word_bits", compute.wordBits],
    ["network_operand", innermost?.readNetwork ?? null],
    ["network_result", innermost?.updateNetwork ?? null],
  ];
}

function problemText(workload: Workload): string {
  const { dimensions, dataSpaces } = workload;
  const terms = dataSpaces.flatMap((space) => space.ranks.flat());
  const factors = [...new Set(terms.map((term) => term.coefficient))]
    .filter((value) => value !== 1)
    .sort((a, b) => a - b);
  const coefficients = factors.map((value) => `    - {name: times_${value}, default: ${value}}\n`).join("");
  const spaces = dataSpaces.map(({ name, readWrite, ranks }) => {
    const projection = ranks.map((rank) => {
      const sums = rank.map(({ dimension, coefficient }) => {
        const letter = quotedWord(dimensions[dimension].name);
        return coefficient === 1 ? `[${letter}]` : `[${letter}, times_${coefficient}]`;
      });
      return `[${sums.join(", ")}]`;
    });
    const output = readWrite ? "      read_write: true\n" : "";
    return `    - name: ${scalar(name)}\n      projection: [${projection.join(", ")}]\n${output}`;
  });
  const letters = dimensions.map(({ name }) => quotedWord(name));
  const bounds = dimensions.map(({ name, bound }) => `${quotedWord(name)}: ${bound}`).join(", ");
  return [
    `problem:\n  shape:\n    name: ${scalar(workload.name || "layer")}\n    dimensions: [${letters.join(", ")}]\n`,
    coefficients === "" ? "" : `    coefficients:\n${coefficients}`,
    `    data_spaces:\n${spaces.join("")}`,
    `  instance: {${bounds}}\n`,
  ].join("");
}

function energyText({ storage, compute, networks }: Architecture): string {
  const action = (name: string, energyPj: number, args = "{}") =>
    `    - {name: ${name}, arguments: ${args}, energy: ${energyPj}}\n`;
  const table = (name: string, actions: string) =>
    `  - name: ${JSON.stringify(`${root}.${name}`)}\n    actions:\n${actions}`;
  const levels = [...storage].reverse().map((level) => {
    const energies = [
      ["read", level.readEnergyPj],
      ["fill", level.fillEnergyPj],
      ["update", level.updateEnergyPj],
      ["leak", level.leakEnergyPj],
    ] as const;
    return table(level.name, energies.map(([name, value]) => action(name, value)).join(""));
  });
  const multicasts = networks
    .filter((network) => network.energyByMulticastPj.size > 0)
    .map((network) => {
      const actions = [...network.energyByMulticastPj].map(([factor, energyPj]) =>
        action("transfer", energyPj, factor === 0 ? "{}" : `{multicast_factor: ${factor}}`),
      );
      return table(network.name, actions.join(""));
    });
  const tables = [...levels, ...multicasts, table(compute.name, action("compute", compute.energyPj))];
  return `ERT:\n  version: 0.3\n  tables:\n${tables.join("")}`;
}

function areaText({ storage, compute }: Architecture): string {
  const areas = [...storage].reverse().map(({ name, areaUm2 }) => ({ name, areaUm2 }));
  areas.push({ name: compute.name, areaUm2: compute.areaUm2 });
  const tables = areas.map(
    ({ name, areaUm2 }) => `  - {name: ${JSON.stringify(`${root}.${name}`)}, area: ${areaUm2}}\n`,
  );
  return `ART:\n  version: 0.3\n  tables:\n${tables.join("")}`;
}
