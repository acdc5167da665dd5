/**
 * The data the engine works on: plain values with public fields, indexed by position.
 *
 * Storage levels run **inner to outer** (index 0 is nearest the arithmetic), dimensions and data
 * spaces in the order the workload declares them. Text, file positions and messages live outside.
 */

/** One loop bound of the operation space. */
export interface Dimension {
  name: string;
  /** Trip count of the whole dimension, ≥ 1. */
  bound: number;
}

/** One addend of a rank: `coefficient · index of dimension`. */
export interface RankTerm {
  /** Index into `Workload.dimensions`. */
  dimension: number;
  /** Stride or dilation, ≥ 1. */
  coefficient: number;
}

/** A tensor, and how the operation space projects onto it. */
export interface DataSpace {
  name: string;
  /** True for outputs: partial sums are read, accumulated and written back. */
  readWrite: boolean;
  /** One entry per rank of the tensor, each a sum of terms (Timeloop `problem-shape.cpp`). */
  ranks: readonly (readonly RankTerm[])[];
}

/** One layer: what has to be computed. */
export interface Workload {
  name: string;
  dimensions: readonly Dimension[];
  dataSpaces: readonly DataSpace[];
}

/** Where the energies of a component come from. */
export type EnergySource = "ert" | "pat" | "attribute";

/** A buffer or memory level. Energies are pJ per **vector** access (one block of `blockSize` words). */
export interface StorageLevel {
  name: string;
  class: string;
  technology: "SRAM" | "DRAM";
  instances: number;
  meshX: number;
  meshY: number;
  wordBits: number;
  /** Words moved by one vector access. */
  blockSize: number;
  clusterSize: number;
  /** Words per instance; `null` is unlimited. */
  capacityWords: number | null;
  /** 2 is double buffering: `floor(capacityWords / multipleBuffering)` words hold the tiles. May be fractional. */
  multipleBuffering: number;
  /** Least share of the effective capacity that the tiles must fill, 0..1. */
  minUtilization: number;
  /** Words per cycle and instance; `null` is unlimited. */
  readBandwidth: number | null;
  writeBandwidth: number | null;
  sharedBandwidth: number | null;
  /** Multiplier on the bandwidth each data space takes (Timeloop `per_dataspace_bandwidth_consumption_scale`). */
  bandwidthScale: readonly number[];
  numPorts: number;
  numBanks: number;
  /** False: partial sums cannot be accumulated here (Timeloop's default for DRAM). */
  reductionSupported: boolean;
  /** Name of the level whose instances gate this level's power; `null` for none. */
  powerGatedAt: string | null;
  readEnergyPj: number;
  fillEnergyPj: number;
  updateEnergyPj: number;
  /** Per instance and cycle. */
  leakEnergyPj: number;
  addressGenerationEnergyPj: number;
  /** `vector_access_energy` of Timeloop's report: the largest action energy divided by the cluster size. */
  energySource: EnergySource;
  areaUm2: number;
  /** The network between this level and the next kept inner one, when none is named. */
  inferredNetwork: InferredNetwork;
  /** Names of user-defined networks; `null` means the inferred one. */
  readNetwork: string | null;
  fillNetwork: string | null;
  drainNetwork: string | null;
  updateNetwork: string | null;
}

/** Parameters of the network Timeloop puts below a storage level (`network-legacy.cpp`). */
export interface InferredNetwork {
  /** "1:1", "1:N", "M:N"; "M:N" distributes multicasts. `null`: Timeloop's default. */
  type: string | null;
  wordBits: number;
  routerEnergyPj: number;
  wireEnergyPj: number;
  /** `null`: square root of the area of the child's subtree. */
  tileWidthUm: number | null;
  /** `null`: derived from wire energy and tile width. */
  energyPerHopPj: number | null;
  ingressEnergyPj: number;
  fillLatencyCycles: number;
  drainLatencyCycles: number;
}

/** A network the user declares by name. */
export interface UserNetwork extends InferredNetwork {
  name: string;
  kind: "legacy" | "reduction-tree" | "simple-multicast";
  adderEnergyPj: number;
  /** Simple multicast: energy of one transfer by multicast factor (factor → pJ). Factor 0 stands for every other one. */
  energyByMulticastPj: ReadonlyMap<number, number>;
  /** The same per data space, where the energy table has one action for each. */
  energyByDataSpacePj?: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** The multiply–accumulate array. */
export interface ComputeLevel {
  name: string;
  class: string;
  instances: number;
  meshX: number;
  meshY: number;
  wordBits: number;
  energyPj: number;
  energySource: EnergySource;
  areaUm2: number;
}

/** The hardware, lowered: defaults made explicit, energies resolved. */
export interface Architecture {
  name: string;
  /** Inner to outer. */
  storage: readonly StorageLevel[];
  compute: ComputeLevel;
  networks: readonly UserNetwork[];
  /** Seconds per clock cycle, where the design states it. */
  globalCycleSeconds: number | null;
}

/** One loop of a mapping. `residual` is its trip count when every outer loop of its dimension is in its last pass. */
export interface Loop {
  dimension: number;
  factor: number;
  residual: number;
}

/** What a mapping says about one storage level. Loops of factor 1 may be left out. */
export interface MappingLevel {
  /** Innermost first. */
  temporal: readonly Loop[];
  /** Spread over the fan-out below this level along X, innermost (fastest) first; Y loops are outside X loops. */
  spatialX: readonly Loop[];
  spatialY: readonly Loop[];
  /** Per data space: is it stored here? The outermost level usually keeps everything. */
  keep: readonly boolean[];
  /** Per data space directives; a missing array is all false (Timeloop `mapping/parser.cpp`). */
  noSpatialReuse?: readonly boolean[];
  noTemporalReuse?: readonly boolean[];
  noLinkTransfer?: readonly boolean[];
  rmwFirstUpdate?: readonly boolean[];
  noCoalesce?: readonly boolean[];
}

/** Loop tiling, order, spatial spread and bypass: one entry per storage level, inner to outer. */
export interface Mapping {
  levels: readonly MappingLevel[];
}

/** How accesses are counted; see `docs/model.md`. */
export type CountingRule = "exact" | "timeloop" | "timeloop-2022";

export interface EvaluationOptions {
  counting: CountingRule;
  /** Neighbour-to-neighbour forwarding. Default: on for Timeloop's rules, off for `exact`. */
  linkTransfers: boolean;
  toroidalLinks: boolean;
  /** Outputs are not read before their first write. Default on. */
  firstReadElision: boolean;
  /** Timeloop's `TIMELOOP_ENABLE_UPDATED_RMW`. Default off. */
  updatedRmw: boolean;
}

/** The options in force under a counting rule when nothing else is said. */
export function defaultEvaluationOptions(counting: CountingRule = "exact"): EvaluationOptions {
  return {
    counting,
    linkTransfers: counting !== "exact",
    toroidalLinks: false,
    firstReadElision: true,
    updatedRmw: false,
  };
}

/**
 * One number and what it was made of. `formula` names the rule (the words for people are made outside the
 * engine), `inputs` are the numbers put in, in the order the formula reads them.
 */
export interface Term {
  formula: string;
  value: number;
  inputs: Readonly<Record<string, number>>;
  /** Loops this term is about (which loop advances, which loops multiply), outer to inner. */
  loops?: readonly TermLoop[];
  parts?: readonly Term[];
}

/** A loop as an explanation names it. */
export interface TermLoop {
  /** Storage level index the loop belongs to. */
  level: number;
  kind: "temporal" | "spatial-x" | "spatial-y";
  dimension: number;
  factor: number;
  residual: number;
}

/** Scalar accesses (words), averaged over instances or summed over them. */
export interface Accesses {
  reads: number;
  fills: number;
  updates: number;
  temporalReductions: number;
  addressGenerations: number;
  energyPj: number;
}

/** One data space at one level. */
export interface DataSpaceResult {
  kept: boolean;
  /** Largest tile of one instance, words. */
  tileWords: number;
  utilizedInstances: number;
  /** Averages per used instance, as Timeloop reports them. */
  perInstance: Accesses;
  /** Sums over all used instances. */
  total: Accesses;
  /** Derivations by field of `perInstance` and `tileWords`; only with `terms`. */
  terms?: Readonly<Record<string, Term>>;
}

export interface LevelResult {
  name: string;
  instances: number;
  /** Instances that ever act (Timeloop prints the truncated integer). */
  utilizedInstances: number;
  cycles: number;
  /** Cycles the level would need beyond compute: 1 is not a bottleneck, 0.5 halves the speed. */
  slowdown: number;
  /** Cycles that the level's bandwidth alone takes; null where that is unlimited. */
  bandwidthCycles: number | null;
  leakageEnergyPj: number;
  energyPj: number;
  areaUm2: number;
  /** In the order of `Workload.dataSpaces`. */
  dataSpaces: DataSpaceResult[];
  terms?: Readonly<Record<string, Term>>;
}

export interface ComputeResult {
  name: string;
  instances: number;
  utilizedInstances: number;
  /** As counted: equal to `macs` under `exact`, possibly not under Timeloop's rules. */
  computes: number;
  cycles: number;
  energyPj: number;
  areaUm2: number;
}

/** One data space on one network, summed over all parents. */
export interface NetworkDataSpaceResult {
  /** Parents that send; divide by it for Timeloop's figures per instance. */
  instances: number;
  /** Words that enter the network. */
  ingresses: number;
  linkTransfers: number;
  spatialReductions: number;
  /** Average per ingress. */
  hops: number;
  energyPj: number;
}

export interface NetworkResult {
  name: string;
  energyPj: number;
  dataSpaces: NetworkDataSpaceResult[];
}

/** Least words each storage component must hold for this mapping, multiple buffering included. */
export interface MinimalBuffer {
  level: number;
  name: string;
  neededWords: number;
  capacityWords: number | null;
}

/** What a mapping costs. */
export interface Evaluation {
  counting: CountingRule;
  cycles: number;
  /** MACs done per MAC unit and cycle, 0..1. */
  utilization: number;
  /** Product of the bounds. */
  macs: number;
  energyPj: number;
  energyPerMacPj: number;
  edpPjCycles: number;
  areaUm2: number;
  networkLatencyCycles: number;
  /** Inner to outer. */
  levels: LevelResult[];
  compute: ComputeResult;
  networks: NetworkResult[];
  minimalBuffers: MinimalBuffer[];
  terms?: Readonly<Record<string, Term>>;
}

/** A reason why hardware cannot run a mapping. Numbers only: `rules` makes the sentence and finds the places. */
export type Violation =
  | { kind: "factor-product"; dimension: number; product: number; bound: number }
  | { kind: "residual"; level: number; dimension: number; factor: number; residual: number; spatial: boolean }
  | { kind: "capacity"; level: number; neededWords: number; effectiveWords: number; perDataSpace: readonly number[] }
  | { kind: "min-utilization"; level: number; usedWords: number; neededWords: number }
  | { kind: "instances"; level: number | "compute"; used: number; available: number }
  | { kind: "mesh-x"; level: number | "compute"; used: number; available: number }
  | { kind: "mesh-y"; level: number | "compute"; used: number; available: number }
  | { kind: "fanout-x"; level: number; used: number; available: number }
  | { kind: "fanout-y"; level: number; used: number; available: number }
  | { kind: "bypassed-everywhere"; dataSpace: number };

/** An evaluation, or every reason against it. A mapping that merely exceeds hardware still has a cost. */
export interface EvaluationOutcome {
  /** Absent only when the loops do not describe the workload (factor products, residuals). */
  evaluation?: Evaluation;
  violations: Violation[];
}
