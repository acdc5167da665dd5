import type { DirectiveType } from "./types.ts";

interface KeysOfType {
  /** May a mapping hold such a directive? */
  inMapping: boolean;
  mapping: ReadonlySet<string>;
  constraint: ReadonlySet<string>;
}

const always = ["target", "type"];
const inConstraints = [...always, "name", "attributes"];

const keys = (inMapping: boolean, shared: readonly string[], constraint: readonly string[] = []): KeysOfType => ({
  inMapping,
  mapping: new Set([...always, ...shared]),
  constraint: new Set([...inConstraints, ...shared, ...constraint]),
});

const loopLimits = ["remainders", "default_max_factor", "default_min_factor"];
const reuse = keys(true, ["keep", "bypass", "no_coalesce"]);

/** The keys each type of directive reads, in mappings and in constraints (Timeloop `mapping/*.cpp`). */
export const directiveKeys: Readonly<Record<DirectiveType, KeysOfType>> = {
  temporal: keys(true, ["factors", "permutation", "no_reuse", "no_temporal_reuse", "rmw_first_update"], loopLimits),
  spatial: keys(
    true,
    ["factors", "permutation", "split", "no_reuse", "no_link_transfer"],
    [...loopLimits, "no_multicast_no_reduction"],
  ),
  datatype: reuse,
  bypass: reuse,
  dataspace: reuse,
  skew: keys(true, ["modulo", "terms"]),
  parallelism: keys(false, [], ["min", "max"]),
  utilization: keys(false, [], ["min", "max"]),
  max_overbooked_proportion: keys(false, [], ["proportion"]),
};

/** Every key some directive reads. */
export const knownDirectiveKeys: ReadonlySet<string> = new Set(
  Object.values(directiveKeys).flatMap((type) => [...type.mapping, ...type.constraint]),
);
