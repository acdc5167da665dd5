/** The top-level keys of a design, what may stand in each of them, and which table is for a place in the text. */

import {
  architectureKeys,
  attributes,
  componentKeys,
  containerKeys,
  directiveKeys,
  nodeConstraintKeys,
  nodeKeys,
  spatialKeys,
  type Word,
  type Words,
} from "./vocabulary.ts";

const flag = (meaning: string, standard?: string): Word => ({
  meaning,
  type: "boolean",
  values: ["true", "false"],
  ...(standard === undefined ? {} : { default: standard }),
});

const version: Word = { meaning: "Version of the format: 0.2, 0.3 or 0.4.", type: "number" };

const shapeKeys: Words = {
  name: { meaning: "Name of the shape.", type: "string" },
  dimensions: { meaning: "Names of the loops: `[M, N, K]`. The bounds stand in `instance`.", type: "list" },
  data_spaces: {
    meaning: "The tensors that the layer reads and writes.",
    type: "list",
    inside: {
      name: { meaning: "Name that mappings use in `keep` and `bypass`.", type: "string" },
      projection: {
        meaning:
          "One entry for each rank of the tensor, which is a sum of terms: `[[[M]], [[K]]]` is indexed by M and K, `[[[P, Wstride], [R]]]` by P × Wstride + R.",
        type: "list",
      },
      read_write: flag("`true` for the result: it is read, added to and written back.", "false"),
    },
  },
  coefficients: {
    meaning: "Names for the numbers that projections multiply dimensions with, such as strides.",
    type: "list",
    inside: {
      name: { meaning: "Name of the coefficient, as projections use it.", type: "string" },
      default: { meaning: "Its value where `instance` gives none.", type: "integer" },
    },
  },
};

export const problemKeys: Words = {
  name: { meaning: "Name of the layer.", type: "string" },
  count: { meaning: "How often the layer occurs in the network.", type: "integer", default: "1" },
  shape: {
    meaning: "Dimensions, data spaces and how they project; or the name of a known shape.",
    type: "map",
    inside: shapeKeys,
  },
  instance: { meaning: "Bound of each dimension; a list of them makes a network.", type: "map" },
};

const constraintKeys: Words = {
  version,
  targets: {
    meaning: "The constraints, one for each level and type: what mappings must have there.",
    type: "list",
    inside: directiveKeys,
  },
};

const mapperKeys: Words = {
  algorithm: {
    meaning: "How Timeloop's mapper walks the mapspace.",
    type: "string",
    values: ["hybrid", "random", "random_pruned", "linear_pruned", "exhaustive"],
    default: "hybrid",
  },
  optimization_metrics: {
    meaning: "What is best, most important first: `edp`, `energy`, `delay` or `last_level_accesses`.",
    type: "list",
    default: "[edp]",
  },
  optimization_metric: {
    meaning: "What is best, where it is one thing.",
    type: "string",
    values: ["edp", "energy", "delay", "last_level_accesses"],
    default: "edp",
  },
  num_threads: { meaning: "Threads that search side by side.", type: "integer", default: "all of the machine" },
  search_size: {
    meaning: "Valid mappings after which the search ends, over all threads.",
    type: "integer",
    default: "0, without end",
  },
  timeout: {
    meaning: "Invalid mappings in a row after which a thread gives up.",
    type: "integer",
    default: "1000",
  },
  victory_condition: {
    meaning: "Valid mappings in a row that are no better, after which a thread ends.",
    type: "integer",
    default: "500",
  },
  sync_interval: {
    meaning: "Mappings after which threads tell each other their best.",
    type: "integer",
    default: "0, never",
  },
  max_permutations_per_if_visit: {
    meaning: "Loop orders tried for each choice of factors.",
    type: "integer",
    default: "16",
  },
  log_stats: flag("Write how the search goes.", "false"),
  log_suboptimal: flag("Write valid mappings that are no better, too.", "false"),
  live_status: flag("Show a table of all threads in the terminal.", "false"),
  diagnostics: flag("Tell at the end why mappings were invalid.", "false"),
};

const tables = (what: string, inside: Words): Words => ({
  version,
  tables: { meaning: what, type: "list", inside: { name: tableName, ...inside } },
});
const tableName: Word = {
  meaning: "Path of the component, `system.chip.Buffer`; a range such as `PE[0..15]` stands for all of them.",
  type: "string",
};
const energyTableKeys = tables("The components, each with its actions.", {
  actions: {
    meaning: "What the component does: `read`, `write`, `update`, `leak`; `compute` of the arithmetic.",
    type: "list",
    inside: {
      name: { meaning: "Name of the action.", type: "string" },
      energy: { meaning: "Energy of one vector access of `block_size` words.", type: "number", unit: "pJ" },
      arguments: { meaning: "What the energy holds for. Of several, the dearest is taken.", type: "map" },
    },
  },
});
const areaTableKeys = tables("The components, each with its area.", {
  area: { meaning: "Area of one instance.", type: "number", unit: "µm²" },
});

const variableKeys: Words = {
  version,
  global_cycle_seconds: attributes.global_cycle_seconds,
  technology: { meaning: "Technology node, for Accelergy.", type: "string" },
};

const evaluateKeys: Words = {
  counting: {
    meaning: "`exact` counts what really moves; `timeloop` gives Timeloop's numbers, approximations included.",
    type: "string",
    values: ["exact", "timeloop", "timeloop-2022"],
    default: "exact",
  },
  link_transfers: flag(
    "Neighbours forward words to each other instead of reading them anew.",
    "false for `exact`, else true",
  ),
  toroidal_links: flag("The ends of a row of the array are neighbours.", "false"),
  first_read_elision: flag("Partial sums are not read before the first write to them.", "true"),
  updated_rmw: flag("Count reads of partial sums by `TIMELOOP_ENABLE_UPDATED_RMW`.", "false"),
};

const constraintPart = (meaning: string, more: Words = {}): Word => ({
  meaning,
  type: "map",
  inside: { ...constraintKeys, ...more },
});

export const topLevelKeys: Words = {
  architecture: { meaning: "The hardware: a tree of storage levels, networks and the arithmetic.", type: "map" },
  problem: {
    meaning: "The layer: its dimensions, data spaces and bounds; or a list of layers.",
    type: "map",
    inside: problemKeys,
  },
  layers: { meaning: "The layers of a network, each as a `problem`.", type: "list", inside: problemKeys },
  mapping: {
    meaning: "How the loops are tiled, ordered and spread over the hardware, one directive per line.",
    type: "list",
    inside: directiveKeys,
  },
  constraints: constraintPart("What mappings should respect: as `mapspace_constraints`."),
  architecture_constraints: constraintPart("What every mapping must respect because the hardware is built so."),
  mapspace_constraints: constraintPart("What the search should respect."),
  mapspace: constraintPart("Which mappings a search considers: a template (`uber`, `ruby`) and constraints.", {
    template: {
      meaning: "`uber`: factors divide the bounds. `ruby`: imperfect factors are allowed too.",
      type: "string",
      values: ["uber", "ruby"],
      default: "uber",
    },
  }),
  mapper: {
    meaning: "Settings of a search: algorithm, objective and when to stop.",
    type: "map",
    inside: mapperKeys,
  },
  ERT: {
    meaning: "Energy reference table: pJ of every action of every component.",
    type: "map",
    inside: energyTableKeys,
  },
  ART: { meaning: "Area reference table: µm² of every component.", type: "map", inside: areaTableKeys },
  variables: { meaning: "Names that v0.4 expressions may use.", type: "map", inside: variableKeys },
  components: { meaning: "Compound component classes of v0.4.", type: "map" },
  evaluate: {
    meaning:
      "How costs are counted here: `counting`, `link_transfers`, `toroidal_links`, `first_read_elision`, `updated_rmw`.",
    type: "map",
    inside: evaluateKeys,
  },
};

const constraintSections = /^(constraints|(architecture|mapspace)_constraints|mapspace)$/;

/**
 * Words of the map at a place; none where anything may stand.
 * @param path keys around it, outermost first, with underscores and without list items
 * @param item is it in a list?
 */
export function wordsAt(path: readonly string[], item: boolean): Words {
  const section = path[0]?.replace(/^arch(?=$|_)/, "architecture");
  if (section === "architecture") return architectureWords(path);
  // Constraints are a list, with a key around it or without.
  if (constraintSections.test(section) && (item || path.length > 1)) return directiveKeys;
  return path.slice(1).reduce<Words>((words, key) => words[key]?.inside ?? {}, topLevelKeys[section]?.inside ?? {});
}

function architectureWords(path: readonly string[]): Words {
  const container = path.at(-1);
  if (path.includes("attributes")) return attributes;
  if (path.includes("nodes")) {
    if (path.at(-2) === "constraints") return targetlessKeys;
    return container === "spatial" ? spatialKeys : container === "constraints" ? nodeConstraintKeys : nodeKeys;
  }
  if (path.includes("constraints")) return directiveKeys;
  return container === "local" ? componentKeys : path.length === 1 ? architectureKeys : containerKeys;
}

/** The node is the target, and the key around says the type. */
const targetlessKeys: Words = Object.fromEntries(
  Object.entries(directiveKeys).filter(([name]) => name !== "target" && name !== "type"),
);
