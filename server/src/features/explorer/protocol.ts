/**
 * What the Explorer panel, the editor and the server say to each other. Types only: the panel imports nothing else of
 * the server. Every message between panel and editor carries the design it is about; those of the editor are numbered.
 */

import type { MapspaceKind } from "../../engine/mapspace/constraints.ts";
import type { HardwareFreedom } from "../../engine/model/relaxed/hardware.ts";
import type { Architecture, Mapping } from "../../engine/model/types.ts";
import type { Objective } from "../../engine/search/objective.ts";

export type { Architecture, HardwareFreedom, Mapping, MapspaceKind, Objective };

/** Line and character from 0, as in the language server protocol. */
export interface Place {
  uri: string;
  start: { line: number; character: number };
  end: { line: number; character: number };
}

// --- What can be searched ---------------------------------------------------------------------------------------

export interface Choice<Id extends string = string> {
  id: Id;
  label: string;
  detail: string;
}

export interface StrategyChoice extends Choice {
  mapspaces: readonly MapspaceKind[];
  /** Ends with a proof that nothing better exists. */
  proves: boolean;
  /** Works through a whole set and ends by itself. */
  ends: boolean;
  /** Searches the mappings of all layers, and the hardware. */
  cosearch: boolean;
}

export interface SearchOptions {
  strategy: string;
  /** What a mapping costs is said by the user's command; absent: by our model. */
  evaluator?: "command";
  /** Set by the server: cycles are those that the latency model in force expects. */
  latency?: "learned";
  mapspace: MapspaceKind;
  objective: Objective;
  /** Mappings tried at most; `null` is no limit. */
  evaluations: number | null;
  /** Seconds at most; `null` is no limit. */
  seconds: number | null;
  seed: number;
  /** What a co-search may size; other searches leave the hardware alone. */
  hardware: HardwareFreedom;
}

export interface Cost {
  cycles: number;
  energyPj: number;
  /** 0..1 */
  utilization: number;
  /** What a latency model expects beside `cycles`; deviations are of logarithms. */
  learned?: { cycles: number; logDeviation: number; analyticalLogDeviation: number };
}

/** A mapping with its cost by the reference model. */
export interface Candidate {
  mapping: Mapping;
  cost: Cost;
  /** What the user's command said of it. */
  measured?: number;
}

/** One level of the hardware, or its compute units, in the files and as a co-search sized it. */
export interface HardwareRow {
  name: string;
  before: HardwareSize;
  after: HardwareSize;
}

export interface HardwareSize {
  meshX: number;
  meshY: number;
  /** Words of one instance; `null` is unlimited, or compute. */
  capacityWords: number | null;
}

/** What a co-search found: hardware, and a mapping for every layer. */
export interface NetworkFound {
  /** As the files say it once it is written to them. */
  architecture: Architecture;
  /** Outer to inner. */
  hardware: readonly HardwareRow[];
  areaUm2: { before: number; after: number };
  layers: readonly Candidate[];
}

export interface LayerOffer {
  index: number;
  name: string;
  /** How often it occurs in the network. */
  count: number;
  macs: number;
  bounds: string;
  /** The mapping the files hold, where it has a cost. */
  before: Candidate | null;
}

/** A directive of the mapping in its file: storage level (inner to outer) and part. */
export interface LevelPlace {
  level: number;
  part: "temporal" | "spatial" | "keep";
  place: Place;
}

export interface ConstraintInForce {
  text: string;
  place: Place;
}

/** A command of the user that says what a mapping costs. */
export interface EvaluatorOffer {
  command: string;
  /** Why it cannot be run. */
  obstacle: string | null;
}

/** Everything the panel needs to know of a design before a search. */
export interface DesignOffer {
  uri: string;
  /** The file that stands for the design: its mapping, where there is one. */
  home: string;
  name: string;
  /** Fingerprints of the files a search rests on, by URI. */
  files: Readonly<Record<string, string>>;
  /** The file whose mapping a result replaces; `null` where a new file is written. */
  mappingUri: string | null;
  counting: string;
  /** Changes with the hardware. */
  hardware: string;
  layers: readonly LayerOffer[];
  strategies: readonly StrategyChoice[];
  mapspaces: readonly Choice<MapspaceKind>[];
  hardwares: readonly Choice<HardwareFreedom>[];
  constraints: readonly ConstraintInForce[];
  evaluator: EvaluatorOffer;
  defaults: SearchOptions;
  /** The same for a co-search. */
  cosearchDefaults: SearchOptions;
  places: readonly LevelPlace[];
  /** Why nothing can be searched. */
  obstacle: string | null;
}

// --- A search ---------------------------------------------------------------------------------------------------

export type RunState = "waiting" | "running" | "paused" | "done" | "stopped" | "failed";

/** One search on one layer, or one mapping brought in for comparison. Plain data: kept across reloads as it is. */
export interface Run {
  id: string;
  design: string;
  label: string;
  /** `null` for a mapping taken from a file. */
  options: SearchOptions | null;
  layer: number;
  layerName: string;
  /** All layers together: costs are those of the network. */
  cosearch: boolean;
  files: Readonly<Record<string, string>>;
  /** The mapping of the files when the search began. */
  before: Candidate | null;
  state: RunState;
  message: string | null;
  evaluations: number;
  valid: number;
  elapsedMs: number;
  /** Nothing better than this exists, as far as proven. */
  bound: number | null;
  best: Candidate | null;
  /** What `best` of a co-search consists of. */
  network: NetworkFound | null;
  /** Improvements: evaluations, milliseconds and value in turn. */
  curve: readonly number[];
  /** Mappings seen on the way: energy in pJ and cycles in turn. */
  cloud: readonly number[];
  /** By ascending energy. */
  front: readonly Candidate[];
  /** What its values hang on, most first, where the search learns it. */
  sensitivity?: readonly InfluenceView[];
}

/** Share of the variance of a search's surrogate that one choice explains (Sobol indices, 0..1). */
export interface InfluenceView {
  choice: string;
  /** Alone. */
  first: number;
  /** Together with all others. */
  total: number;
}

/** What happened since the last progress of a run. Absent parts did not change. */
export interface RunProgress {
  run: string;
  state: RunState;
  message?: string;
  evaluations: number;
  valid: number;
  elapsedMs: number;
  bound: number | null;
  best?: Candidate;
  network?: NetworkFound;
  /** To append. */
  curve?: readonly number[];
  cloud?: readonly number[];
  front?: readonly Candidate[];
  sensitivity?: readonly InfluenceView[];
}

// --- One mapping in detail --------------------------------------------------------------------------------------

export interface SpaceView {
  name: string;
  kept: boolean;
  tileWords: number;
  reads: number;
  fills: number;
  updates: number;
  energyPj: number;
}

export interface LevelView {
  name: string;
  level: number;
  instances: number;
  usedInstances: number;
  cycles: number;
  /** Leakage and address generation, what belongs to no data space. */
  otherEnergyPj: number;
  energyPj: number;
  spaces: readonly SpaceView[];
  neededWords: number;
  capacityWords: number | null;
}

export interface NestLine {
  level: number;
  levelName: string;
  kind: "temporal" | "spatial-x" | "spatial-y";
  dimension: string;
  factor: number;
  residual: number;
  /** Data spaces whose tile stays where it is while this loop runs, and where that is. */
  still: readonly { space: number; at: string }[];
}

/** The fan-out below one level. */
export interface ArrayView {
  level: number;
  levelName: string;
  childName: string;
  width: number;
  height: number;
  usedX: number;
  usedY: number;
  /** `N 14` and the like, innermost first. */
  alongX: readonly string[];
  alongY: readonly string[];
}

export interface RooflineLevel {
  name: string;
  /** MACs per word that passes the level's ports. */
  intensity: number;
  /** Words per cycle of all instances; `null` is unlimited. */
  wordsPerCycle: number | null;
}

export interface CandidateView {
  cost: Cost;
  macs: number;
  dataSpaces: readonly string[];
  /** Outer to inner. */
  levels: readonly LevelView[];
  computeName: string;
  computeEnergyPj: number;
  networkEnergyPj: number;
  areaUm2: number;
  boundBy: string;
  /** Outermost first. */
  nest: readonly NestLine[];
  arrays: readonly ArrayView[];
  roofline: { peakMacsPerCycle: number; levels: readonly RooflineLevel[] };
  /** What the hardware cannot hold, in words. */
  violations: readonly string[];
}

/** The least words exchanged with the outermost level, by the size of one buffer below it. */
export interface TrafficCurve {
  outermost: string;
  /** By ascending size. */
  points: readonly { bufferWords: number; trafficWords: number }[];
  /** False where time ran out before every tiling was looked at. */
  complete: boolean;
}

// --- Editor and server ------------------------------------------------------------------------------------------

/** Whether commands of the user may run, which only the editor knows. */
export interface Trust {
  trusted: boolean;
}
export interface OfferParams extends Trust {
  uri: string;
}
export interface StartParams extends Trust {
  uri: string;
  run: string;
  layer: number;
  options: SearchOptions;
  /** Folder on the disk for what commands measured; `null` where there is none. */
  storage: string | null;
  /** Folder on the disk that commands run in; `null` where there is none. */
  folder: string | null;
}
/** The run as it begins, or why it does not. */
export type StartResult = { run: Run; refusal?: undefined } | { run?: undefined; refusal: string };
export type RunAction = "pause" | "resume" | "cancel";
export interface ControlParams {
  run: string;
  action: RunAction;
}
export interface ViewParams {
  uri: string;
  layer: number;
  mapping: Mapping;
  /** Other hardware than that of the files. */
  architecture: Architecture | null;
}
export interface TrafficParams {
  uri: string;
  layer: number;
}
export interface CompareParams {
  uri: string;
  run: string;
  layer: number;
  /** File with the other mapping. */
  other: string;
}
/** The files that a search rests on, by URI. */
export interface Basis {
  /** Fingerprints of the files as it found them. */
  files: Readonly<Record<string, string>>;
  /** What else they may read: texts that differ by mappings written from here alone; `null` is no such file. */
  alike: Readonly<Record<string, readonly (string | null)[]>>;
}
export interface WriteParams {
  uri: string;
  /** With an architecture: hardware, and a mapping for every layer. */
  found: { mappings: readonly { layer: number; mapping: Mapping }[]; architecture?: Architecture };
  /** Of each search whose result this is; `null` takes the files as they are. */
  basis: readonly Basis[] | null;
}
export interface TextChange {
  start: Place["start"];
  end: Place["end"];
  newText: string;
}
/** A file that reads differently afterwards. */
export interface FileChange {
  uri: string;
  /** Fingerprint of the text that the edits are for. */
  before: string;
  edits: readonly TextChange[];
  text: string;
}
export interface NewFile {
  uri: string;
  text: string;
}
export type WriteResult =
  | { kind: "write"; changes: readonly FileChange[]; creates: readonly NewFile[] }
  | { kind: "changed"; changed: readonly string[]; message: string }
  | { kind: "refused"; message: string };

// --- Editor and panel -------------------------------------------------------------------------------------------

export interface Selection {
  layer: number;
  /** Run whose best (or front mapping) is looked at; `null` is the mapping of the files. */
  run: string | null;
  /** A mapping of the run's front, which may leave it while the run goes on; `null` is the run's best. */
  front: Candidate | null;
}

/** What the panel restores by itself after a reload. */
export interface PanelState {
  design: string;
  name: string;
  selection: Selection;
  options: SearchOptions | null;
  /** Runs left out of the charts. */
  hidden: readonly string[];
  /** Which of the colours and lines a run has. */
  looks?: Readonly<Record<string, number>>;
}

export type ToPanelBody =
  | { type: "welcome"; offer: DesignOffer | null; runs: readonly Run[]; state: PanelState | null }
  | { type: "offer"; offer: DesignOffer }
  | { type: "run"; run: Run }
  | { type: "progress"; progress: RunProgress }
  | { type: "removed"; run: string }
  | { type: "select"; selection: Selection }
  | { type: "view"; request: number; view: CandidateView | null }
  | { type: "traffic"; request: number; curve: TrafficCurve | null }
  | { type: "cursor"; level: number | null }
  | { type: "notice"; text: string; problem: boolean; again: boolean };

/** `session` changes with every life of the editor's side, `sequence` counts from 0 within it. */
export type ToPanel = ToPanelBody & { design: string; session: string; sequence: number };

export type FromPanelBody =
  | { type: "ready" }
  | { type: "start"; layers: readonly number[]; options: SearchOptions }
  | { type: "control"; run: string; action: RunAction }
  | { type: "remove"; run: string }
  | { type: "view"; request: number; layer: number; mapping: Mapping; architecture: Architecture | null }
  | { type: "traffic"; request: number; layer: number }
  | { type: "compare"; layer: number }
  | { type: "apply"; run: string; front: Candidate | null }
  | { type: "diff"; run: string; front: Candidate | null }
  | { type: "reveal"; level: number; part: LevelPlace["part"] }
  | { type: "reveal-place"; place: Place }
  | { type: "save"; name: string; base64: string };

export type FromPanel = FromPanelBody & { design: string };
