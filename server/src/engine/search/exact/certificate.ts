import type { MapspaceConstraints, MapspaceKind } from "../../mapspace/constraints.ts";
import type { Architecture, Mapping, Workload } from "../../model/types.ts";
import type { Objective } from "../objective.ts";

/** The bound proven for one spread over the arrays with one choice of kept levels. */
export interface CertificateLabel {
  /** Per dimension: which of its spreads (`profile`) and where its chain ends (`top`). */
  spread: readonly (readonly [profile: number, top: number])[];
  /** Per level: data spaces kept, as bits. */
  keep: readonly number[];
  /** No mapping with this spread and these levels is better. */
  bound: number;
}

/** Values closer than this (relative) count as equal: bounds are sums in another order than costs. */
export const slack = 1e-9;

/**
 * What makes an optimum checkable: the mapping, its cost, the bound, and every label that compulsory traffic alone
 * does not rule out. `inputs` names the problem it is about.
 */
export interface Certificate {
  format: "mapspace-certificate-1";
  inputs: string;
  objective: Objective;
  kind: MapspaceKind;
  incumbent: { mapping: Mapping; bounds: readonly number[]; energyPj: number; cycles: number; value: number };
  /** No mapping of the mapspace is better than this. Equal to the incumbent's value where it is optimal. */
  bound: number;
  labels: readonly CertificateLabel[];
  /** Digest of which labels there are: one that is left out is missed even where the proof could do without it. */
  labelDigest: string;
}

/** A digest of everything a proof depends on (FNV-1a over canonical JSON, 4 × 32 bits). */
export function inputDigest(
  architecture: Architecture,
  workload: Workload,
  kind: MapspaceKind,
  constraints: MapspaceConstraints,
  objective: Objective,
): string {
  const bare = constraints.map(({ id: _, ...constraint }) => constraint);
  return digest(canonical({ architecture, workload, kind, constraints: bare, objective }));
}

export function labelDigest(labels: readonly CertificateLabel[]): string {
  return digest(canonical(labels.map(({ spread, keep }) => ({ spread, keep }))));
}

function digest(text: string): string {
  return [0, 1, 2, 3].map((lane) => fnv(text, lane).toString(16).padStart(8, "0")).join("");
}

function fnv(text: string, lane: number): number {
  let hash = (2166136261 ^ Math.imul(lane + 1, 0x9e3779b9)) >>> 0;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i) + lane;
    hash = Math.imul(hash, 16777619) >>> 0;
  }
  return hash;
}

function canonical(value: unknown): string {
  if (value instanceof Map) return canonical([...value.entries()]);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`).join()}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** The certificate of an exact search, ended or stopped with a gap; null where it has no mapping or no bound yet. */
export function certificateOf(
  problem: {
    architecture: Architecture;
    workload: Workload;
    kind: MapspaceKind;
    constraints: MapspaceConstraints;
    objective: Objective;
  },
  result: {
    best: Certificate["incumbent"] | null;
    labelBound: number;
    labels?: readonly CertificateLabel[];
  },
): Certificate | null {
  if (result.best === null || result.labels === undefined || !(result.labelBound > 0)) return null;
  const { architecture, workload, kind, constraints, objective } = problem;
  const { mapping, bounds, energyPj, cycles, value } = result.best;
  return {
    format: "mapspace-certificate-1",
    inputs: inputDigest(architecture, workload, kind, constraints, objective),
    objective,
    kind,
    incumbent: { mapping, bounds, energyPj, cycles, value },
    bound: result.labelBound,
    labels: result.labels,
    labelDigest: labelDigest(result.labels),
  };
}
