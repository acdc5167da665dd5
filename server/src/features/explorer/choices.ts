/** The words for what a search can be asked for. */

import type { MapspaceKind } from "../../engine/mapspace/constraints.ts";
import type { SearchAbilities } from "./offer.ts";
import type { Choice, HardwareFreedom } from "./protocol.ts";

const words: Readonly<Record<string, { label: string; detail: string }>> = {
  exact: { label: "Exact", detail: "Finds the best mapping and proves that there is none better." },
  local: { label: "Local search", detail: "Improves random mappings step by step." },
  random: { label: "Random sampling", detail: "Tries mappings drawn evenly from the whole mapspace." },
  exhaustive: { label: "Exhaustive", detail: "Tries every mapping; for small mapspaces." },
  bayes: { label: "Bayesian", detail: "Learns from every mapping tried; for few and costly evaluations." },
  gp: {
    label: "Geometric programming",
    detail: "Solves for the best real factors under each order of loops, then rounds (Thistle).",
  },
  gradient: { label: "Gradient", detail: "Follows the slope of the differentiable model, then rounds." },
  cosearch: {
    label: "Co-search",
    detail: "Follows the slope to mappings of all layers at once; the hardware is the least that runs them.",
  },
  "cosearch-dosa": {
    label: "Co-search as published",
    detail: "Gradient search as DOSA was published: nearest rounding, orders of the outermost level only.",
  },
  "cosearch-random": {
    label: "Co-search, random",
    detail: "Ten random sizes of the hardware, random mappings on each.",
  },
  "cosearch-bayes": {
    label: "Co-search, Bayesian",
    detail: "Gaussian processes propose hardware and, on it, mappings.",
  },
};

/** Padded mapspaces are left out: their mappings belong to a larger problem than the one in the file. */
const mapspaces: readonly Choice<MapspaceKind>[] = [
  { id: "pfm", label: "Perfect factors", detail: "Every factor divides its dimension." },
  { id: "ruby-s", label: "Ruby-S", detail: "Remainders where loops are spread over the array." },
  { id: "ruby-t", label: "Ruby-T", detail: "Remainders in temporal loops." },
  { id: "ruby", label: "Ruby", detail: "Remainders in every loop." },
];

const hardwares: readonly Choice<HardwareFreedom>[] = [
  { id: "all", label: "Buffers and array", detail: "Sizes buffers and array." },
  { id: "buffers", label: "Buffers", detail: "Sizes buffers; the array stays." },
  { id: "fixed", label: "As it is", detail: "The hardware stays as it is." },
];

/** The name a strategy has for people. */
export const strategyLabel = (id: string): string => words[id]?.label ?? id;

/** Offers exactly the strategies there are. */
export function abilities(
  strategies: readonly { id: string; mapspaces: readonly MapspaceKind[]; proves: boolean; ends: boolean }[],
  cosearches: readonly string[],
): SearchAbilities {
  const offered = strategies.map(({ id, mapspaces: kinds, proves, ends }) => ({
    id,
    mapspaces: kinds.filter((kind) => mapspaces.some((choice) => choice.id === kind)),
    proves,
    ends,
    cosearch: false,
    ...(words[id] ?? { label: id, detail: "" }),
  }));
  const together = cosearches.map((id) => ({
    id,
    mapspaces: ["pfm" as const],
    proves: false,
    ends: true,
    cosearch: true,
    ...(words[id] ?? { label: id, detail: "" }),
  }));
  return {
    strategies: [...offered, ...together],
    hardwares,
    mapspaces: mapspaces.filter(({ id }) => offered.some((strategy) => strategy.mapspaces.includes(id))),
  };
}
