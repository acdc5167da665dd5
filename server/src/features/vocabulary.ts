/**
 * The words of architectures, mappings and constraints as people are told about them. Hover, completion and the JSON
 * Schemas (`scripts/schemas.ts`) read these tables and those of `vocabulary-parts.ts`.
 */

export interface Word {
  /** What it means, in a sentence. Markdown. */
  meaning: string;
  type: "number" | "integer" | "string" | "boolean" | "list" | "map";
  unit?: string;
  default?: string;
  values?: readonly string[];
  /** Keys of the map it is, or of each map in the list it is. */
  inside?: Words;
}

export type Words = Readonly<Record<string, Word>>;

export const attributes: Words = {
  word_bits: { meaning: "Width of one word.", type: "integer", unit: "bits", default: "16" },
  datawidth: {
    meaning: "Width of one word (another spelling of `word_bits`).",
    type: "integer",
    unit: "bits",
    default: "16",
  },
  word_width: {
    meaning: "Width of one word (another spelling of `word_bits`).",
    type: "integer",
    unit: "bits",
    default: "16",
  },
  block_size: {
    meaning: "Words that one vector access moves. Energies of an ERT are per vector access.",
    type: "integer",
    unit: "words",
    default: "1",
  },
  n_words: {
    meaning: "Words that one vector access moves (another spelling of `block_size`).",
    type: "integer",
    unit: "words",
    default: "1",
  },
  cluster_size: {
    meaning: "Neighbouring instances that share one physical memory.",
    type: "integer",
    unit: "instances",
    default: "1",
  },
  width: {
    meaning: "Width of the memory. Must be a multiple of `word_bits × block_size`; what is left becomes the cluster.",
    type: "integer",
    unit: "bits",
  },
  memory_width: { meaning: "Width of the memory (another spelling of `width`).", type: "integer", unit: "bits" },
  entries: {
    meaning: "Capacity of one instance, shared by all data spaces.",
    type: "integer",
    unit: "words",
    default: "unlimited",
  },
  depth: {
    meaning: "Rows of the memory; capacity is `depth × block_size`.",
    type: "integer",
    unit: "rows",
    default: "unlimited",
  },
  memory_depth: {
    meaning: "Rows of the memory (another spelling of `depth`).",
    type: "integer",
    unit: "rows",
    default: "unlimited",
  },
  sizeKB: { meaning: "Capacity of one instance.", type: "integer", unit: "KiB", default: "unlimited" },
  instances: { meaning: "How many of them there are; overrides the ranges `[a..b]` of the names.", type: "integer" },
  meshX: {
    meaning: "Instances along X, counted over the whole chip. The fan-out below a level is the ratio of the meshes.",
    type: "integer",
    unit: "instances",
  },
  meshY: { meaning: "Instances along Y, counted over the whole chip.", type: "integer", unit: "instances" },
  multiple_buffering: {
    meaning: "2 is double buffering: tiles may use `floor(capacity / multiple_buffering)` words.",
    type: "number",
    default: "1",
  },
  min_utilization: {
    meaning: "Least share of the effective capacity that tiles must fill.",
    type: "number",
    default: "0",
  },
  read_bandwidth: { meaning: "Reads of one instance.", type: "number", unit: "words per cycle", default: "unlimited" },
  write_bandwidth: {
    meaning: "Fills and updates of one instance.",
    type: "number",
    unit: "words per cycle",
    default: "unlimited",
  },
  shared_bandwidth: {
    meaning: "Reads, fills and updates of one instance together.",
    type: "number",
    unit: "words per cycle",
    default: "unlimited",
  },
  bandwidth: {
    meaning: "Deprecated: half of it for reads and half for writes.",
    type: "number",
    unit: "words per cycle",
  },
  per_dataspace_bandwidth_consumption_scale: {
    meaning: "By data space: how much bandwidth one word takes.",
    type: "map",
    default: "1 for each",
  },
  num_ports: {
    meaning: "Ports of the SRAM; only the public technology model reads it.",
    type: "integer",
    values: ["1", "2"],
    default: "2",
  },
  n_ports: {
    meaning: "Ports of the SRAM (another spelling of `num_ports`).",
    type: "integer",
    values: ["1", "2"],
    default: "2",
  },
  num_banks: {
    meaning: "Banks of the SRAM; only the public technology model reads it.",
    type: "integer",
    default: "2",
  },
  n_banks: { meaning: "Banks of the SRAM (another spelling of `num_banks`).", type: "integer", default: "2" },
  technology: { meaning: "Technology node, or `DRAM` to make the level one.", type: "string" },
  reduction_supported: {
    meaning: "Can partial sums be accumulated here? Without it they cross the network twice.",
    type: "boolean",
    values: ["true", "false"],
    default: "false for DRAM, true otherwise",
  },
  power_gated_at: { meaning: "Level whose unused instances switch this level's leakage off.", type: "string" },
  vector_access_energy: {
    meaning: "Energy of one vector access; the ERT is not read for this level then.",
    type: "number",
    unit: "pJ",
  },
  addr_gen_energy: { meaning: "Energy of generating one address.", type: "number", unit: "pJ", default: "0" },
  network_type: {
    meaning: "`1:1`, `1:N` or `M:N`; the last distributes multicasts.",
    type: "string",
    values: ["1:1", "1:N", "M:N"],
  },
  network_word_bits: {
    meaning: "Width of a word on the network below.",
    type: "integer",
    unit: "bits",
    default: "word_bits",
  },
  network_fill_latency: {
    meaning: "Cycles to fill the network below before the first operation.",
    type: "integer",
    unit: "cycles",
    default: "0",
  },
  network_drain_latency: {
    meaning: "Cycles to drain the network below after the last operation.",
    type: "integer",
    unit: "cycles",
    default: "0",
  },
  router_energy: {
    meaning: "Energy of one word through one router of the network below.",
    type: "number",
    unit: "pJ",
    default: "0",
  },
  wire_energy: { meaning: "Energy of one bit over one millimetre.", type: "number", unit: "pJ", default: "0" },
  energy_per_hop: {
    meaning: "Energy of one word over one hop of the network below.",
    type: "number",
    unit: "pJ",
    default: "from `wire_energy` and `tile_width`",
  },
  tile_width: {
    meaning: "Distance between neighbours on the network below.",
    type: "number",
    unit: "µm",
    default: "√ of the area of what lies below",
  },
  ingress_energy: {
    meaning: "Energy of one word entering the network below.",
    type: "number",
    unit: "pJ",
    default: "0",
  },
  global_cycle_seconds: {
    meaning: "Length of a clock cycle; with it time, power and TOPS/W are shown.",
    type: "number",
    unit: "s",
  },
};

export const directiveKeys: Words = {
  target: { meaning: "Name of the storage level the directive is about.", type: "string" },
  type: {
    meaning:
      "`temporal`: loops in time at this level. `spatial`: loops spread over the fan-out below it. `datatype` (or `bypass`): which data spaces are kept.",
    type: "string",
    values: ["temporal", "spatial", "datatype", "bypass"],
  },
  factors: {
    meaning:
      "Trip count of each dimension's loop at this level, `K=4 C=8`. The product over all levels must be the bound. `0` is the whole bound; `Q=7,6` runs 7 times, but 6 in the last pass of the loops outside.",
    type: "string",
  },
  permutation: {
    meaning: "Order of the loops, **first letter innermost**. Missing dimensions are outermost.",
    type: "string",
  },
  split: {
    meaning:
      "The first `split` letters of a spatial permutation go along X, the rest along Y. Loops of factor 1 count too.",
    type: "integer",
    default: "all along X",
  },
  keep: { meaning: "Data spaces stored at this level. Everything is kept unless bypassed.", type: "list" },
  bypass: { meaning: "Data spaces that pass this level by.", type: "list" },
  no_reuse: {
    meaning:
      "Data spaces without reuse here: spatial, no multicast and no reduction; temporal, every step fetches anew.",
    type: "list",
  },
  no_temporal_reuse: { meaning: "Data spaces fetched anew at every step.", type: "list" },
  no_link_transfer: { meaning: "Data spaces that neighbours may not forward.", type: "list" },
  no_multicast_no_reduction: { meaning: "Constraint: data spaces without multicast and reduction.", type: "list" },
  rmw_first_update: { meaning: "Outputs read before their first write at this level.", type: "list" },
  no_coalesce: { meaning: "Updates that are not combined before they are written.", type: "list" },
  remainders: {
    meaning:
      "Mapspace constraint: imperfect factors are allowed at this level, residuals and factors up to this number.",
    type: "integer",
  },
  min: { meaning: "Least parallelism.", type: "integer" },
};

export const architectureKeys: Words = {
  version: { meaning: "Version of the format: 0.2, 0.3 or 0.4.", type: "number", values: ["0.2", "0.3", "0.4"] },
  subtree: { meaning: "The containers of the hardware, outermost first.", type: "list" },
  nodes: { meaning: "The hardware in v0.4: containers and components, outermost first.", type: "list" },
};

export const containerKeys: Words = {
  name: { meaning: "Name of the container; `PE[0..15]` stands for 16 of them.", type: "string" },
  attributes: { meaning: "What all components inside inherit.", type: "map" },
  local: { meaning: "Components of the container, outermost first.", type: "list" },
  subtree: { meaning: "Containers further inside.", type: "list" },
};

export const componentKeys: Words = {
  name: { meaning: "Name that mappings and tables use; `Bank[0..3]` stands for four.", type: "string" },
  class: { meaning: "What it is: storage, arithmetic or a network is told by this name.", type: "string" },
  attributes: { meaning: "Size, width, bandwidth and energies of the component.", type: "map" },
};

/** Of a node of v0.4. */
export const nodeKeys: Words = {
  name: { meaning: "Name that mappings, constraints and tables use.", type: "string" },
  class: { meaning: "What a component is: storage, compute or network is told by this name.", type: "string" },
  attributes: {
    meaning: "Size, width, bandwidth and energies; those of a container hold for all that follows.",
    type: "map",
  },
  spatial: { meaning: "How many of these there are side by side in each instance of what is outside.", type: "map" },
  constraints: { meaning: "What every mapping must respect at this node.", type: "map" },
  enabled: { meaning: "`False` leaves the node out.", type: "boolean", values: ["True", "False"], default: "True" },
};

/** Of `spatial:` of a node. */
export const spatialKeys: Words = {
  meshX: { meaning: "Instances along X in each instance of what is outside.", type: "integer", default: "1" },
  meshY: { meaning: "Instances along Y in each instance of what is outside.", type: "integer", default: "1" },
};

/** Of `constraints:` of a node. */
export const nodeConstraintKeys: Words = {
  spatial: { meaning: "Loops spread over the instances of this node.", type: "map" },
  temporal: { meaning: "Loops in time at this node.", type: "map" },
  dataspace: { meaning: "Which data spaces are kept here.", type: "map" },
};

/** Dimensions by convention; a problem may use any letter for anything. */
export const dimensionMeanings: Readonly<Record<string, string>> = {
  N: "batch (or columns of the result, in a matrix product)",
  K: "output channels (or the summed dimension, in a matrix product)",
  C: "input channels",
  M: "output channels (rows of the result, in a matrix product)",
  P: "output width",
  Q: "output height",
  R: "filter width",
  S: "filter height",
  G: "groups",
  H: "heads or height",
  B: "batch",
};

export function describeWord(name: string, word: Word): string {
  const facts = [
    word.unit && `unit: ${word.unit}`,
    word.default && `default: ${word.default}`,
    word.values && `one of ${word.values.map((value) => `\`${value}\``).join(", ")}`,
  ].filter(Boolean);
  return `**${name}** — ${word.meaning}${facts.length > 0 ? `\n\n${facts.join(" · ")}` : ""}`;
}
