/**
 * What a user allows a search to choose: engine data, indexed by position like the model's types. Each constraint
 * carries the `id` its owner knows it by, so that a contradiction can be shown where it was written.
 */

export type SlotKind = "temporal" | "spatial";

interface Base {
  id: number;
  /** Storage level, inner to outer. */
  level: number;
}

/** One factor of one slot: `K=4` (0 stands for the whole bound), `K<=16`, `K>=2`. */
export interface FactorConstraint extends Base {
  kind: "factor";
  slot: SlotKind;
  dimension: number;
  relation: "=" | "<=" | ">=";
  value: number;
}

/** Loops that must be innermost (`prefix`, innermost first) and outermost (`suffix`, the last is outermost). */
export interface PermutationConstraint extends Base {
  kind: "permutation";
  slot: SlotKind;
  prefix: readonly number[];
  suffix: readonly number[];
}

/** The first `value` dimensions of the spatial permutation run along X, the others along Y. */
export interface SplitConstraint extends Base {
  kind: "split";
  value: number;
}

export interface KeepConstraint extends Base {
  kind: "keep";
  dataSpace: number;
  keep: boolean;
}

/** Imperfect factors up to `value` are allowed in this slot. Where any is given, only such slots may be imperfect. */
export interface RemaindersConstraint extends Base {
  kind: "remainders";
  slot: SlotKind;
  value: number;
}

/** Least share (0..1) of all fan-outs together that must be in use (Timeloop `type: parallelism`). */
export interface MinParallelismConstraint extends Base {
  kind: "min-parallelism";
  value: number;
}

/** Most children one instance of this level may feed. */
export interface MaxFanoutConstraint extends Base {
  kind: "max-fanout";
  value: number;
}

export const directiveNames = [
  "noSpatialReuse",
  "noTemporalReuse",
  "noLinkTransfer",
  "rmwFirstUpdate",
  "noCoalesce",
] as const;

export type DirectiveName = (typeof directiveNames)[number];

/** A directive that every mapping of the space carries (Timeloop's `no_reuse` and its kin). */
export interface DirectiveConstraint extends Base {
  kind: "directive";
  directive: DirectiveName;
  dataSpace: number;
}

export type MapspaceConstraint =
  | FactorConstraint
  | PermutationConstraint
  | SplitConstraint
  | KeepConstraint
  | RemaindersConstraint
  | MinParallelismConstraint
  | MaxFanoutConstraint
  | DirectiveConstraint;

export type MapspaceConstraints = readonly MapspaceConstraint[];

/** pfm: perfect factors. ruby-s / ruby-t / ruby: remainders in spatial / temporal / all slots. padded: perfect factors of padded bounds. */
export type MapspaceKind = "pfm" | "padded" | "ruby" | "ruby-s" | "ruby-t";

/** Constraints that no mapping satisfies together; leaving out any one of them would help. */
export interface Conflict {
  /** Ids of the constraints, ascending. Empty where the hardware alone leaves no mapping. */
  ids: readonly number[];
  cause: "factors" | "fanout" | "permutation" | "split" | "keep";
  /** The dimension whose factors contradict each other, where it is one. */
  dimension?: number;
  level?: number;
}
