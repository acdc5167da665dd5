import { createMapspace } from "../../mapspace/build.ts";
import type { MapspaceConstraints } from "../../mapspace/constraints.ts";
import type { Mapspace } from "../../mapspace/mapspace.ts";
import type { Architecture, Workload } from "../../model/types.ts";
import { type Certificate, type CertificateLabel, inputDigest, labelDigest, slack } from "../exact/certificate.ts";
import { type Chain, chainsOf } from "./chains.ts";
import { type FormFault, formFault } from "./form.ts";
import { type Claimed, claimedOf, type Group } from "./group.ts";
import { type IncumbentFault, incumbentFault } from "./incumbent.ts";
import { cheaperMapping } from "./leftover.ts";
import { energyRates } from "./prices.ts";
import { Program } from "./program.ts";
import { compulsoryValue, energyValue, limitsFor } from "./values.ts";

/** Why a certificate proves nothing. */
export type CertificateFault =
  | FormFault
  | IncumbentFault
  | { kind: "inputs"; stated: string; actual: string }
  | { kind: "empty-mapspace" }
  | { kind: "bound-not-proven"; stated: number; actual: number }
  | { kind: "labels-changed" }
  | { kind: "label-missing"; label: CertificateLabel }
  | { kind: "label-unknown"; label: CertificateLabel }
  | { kind: "label-raised"; label: CertificateLabel; stated: number; actual: number }
  | { kind: "better-mapping"; stated: number; actual: number };

/**
 * Checks a certificate against the files it is said to be about, with nothing of the search but the mapspace and the
 * reference model: its form, the digest of the inputs, the cost of the mapping, and that no mapping is below the bound. All
 * mappings are gone over in groups (chains of factors by their spatial part, kept levels). A group is done with where
 * its compulsory traffic costs the bound; else the certificate must have a label for it, and what that label claims
 * must follow from the checker's own programme, or from costing every mapping that the programme leaves open.
 * Yields now and then.
 */
export function* verifyCertificate(
  certificate: Certificate,
  architecture: Architecture,
  workload: Workload,
  constraints: MapspaceConstraints,
): Generator<void, CertificateFault | null> {
  const malformed = formFault(certificate);
  if (malformed !== null) return malformed;
  const { kind, objective, incumbent, bound } = certificate;
  const actual = inputDigest(architecture, workload, kind, constraints, objective);
  if (actual !== certificate.inputs) return { kind: "inputs", stated: certificate.inputs, actual };
  const { mapspace } = createMapspace(architecture, workload, kind, constraints);
  if (mapspace === undefined) return { kind: "empty-mapspace" };
  const fault = incumbentFault(certificate, mapspace);
  if (fault !== null) return fault;
  if (!(bound <= incumbent.value * (1 + slack))) {
    return { kind: "bound-not-proven", stated: bound, actual: incumbent.value };
  }
  if (labelDigest(certificate.labels) !== certificate.labelDigest) return { kind: "labels-changed" };

  const claimed = claimedOf(mapspace);
  const chains = mapspace.profiles.map((profiles, d) => profiles.map((_, i) => chainsOf(mapspace, d, i)));
  const labels = new Map(certificate.labels.map((label) => [keyOf(label), label]));
  let count = 0;
  for (const spread of spreadsOf(mapspace, chains)) {
    if ((++count & 63) === 0) yield;
    for (const group of openGroups(claimed, spread, certificate)) {
      const label = labelOf(group, claimed.levels);
      const stated = labels.get(keyOf(label));
      if (stated === undefined) return { kind: "label-missing", label };
      const found = yield* checkLabel(claimed, group, stated, certificate);
      if (found !== null) return found;
      labels.delete(keyOf(label));
    }
  }
  // What the bound does not need, the search may have needed while its incumbent was worse: it must be true as well.
  for (const label of labels.values()) {
    const group = groupOf(claimed, chains, label);
    if (group === null) return { kind: "label-unknown", label };
    const found = yield* checkLabel(claimed, group, label, certificate);
    if (found !== null) return found;
  }
  return null;
}

/** Is nothing in the group below what its label claims, nor below the certificate's bound? */
function* checkLabel(
  claimed: Claimed,
  group: Group,
  label: CertificateLabel,
  { objective, bound }: Certificate,
): Generator<void, CertificateFault | null> {
  // In JSON, a group without a mapping that fits has no number.
  const stated = label.bound ?? Number.POSITIVE_INFINITY;
  yield;
  const proven = energyValue(
    claimed,
    group,
    objective,
    new Program(claimed, group, energyRates(claimed, group)).least(),
  );
  const needed = Math.max(stated, bound) * (1 - slack);
  if (proven >= needed) return null;
  const cheaper = yield* cheaperMapping(
    claimed,
    group,
    limitsFor(claimed, group, objective, needed, proven),
    objective,
    needed,
  );
  if (cheaper === null) return null;
  return cheaper < bound * (1 - slack)
    ? { kind: "better-mapping", stated: bound, actual: cheaper }
    : { kind: "label-raised", label, stated, actual: cheaper };
}

/** Every joint spread with every way its chains can end. */
function* spreadsOf(mapspace: Mapspace, chains: readonly (readonly (readonly Chain[])[])[]): Generator<Chain[]> {
  const picked = new Int32Array(chains.length);
  function* ends(chosen: Chain[]): Generator<Chain[]> {
    const d = chosen.length;
    if (d === chains.length) yield chosen;
    else for (const chain of chains[d][picked[d]]) yield* ends([...chosen, chain]);
  }
  for (const _ of mapspace.enumerateSpreads(picked)) yield* ends([]);
}

/** The groups of a spread that compulsory traffic leaves open. */
function* openGroups(claimed: Claimed, chains: Chain[], { objective, bound }: Certificate): Generator<Group> {
  const least = bound * (1 - slack);
  const value = compulsoryValue(claimed, chains, objective);
  function* choose(keep: number[]): Generator<Group> {
    if (!(value(keep) < least)) return;
    if (keep.length === claimed.tensors.length) yield { chains, keep };
    else for (const mask of claimed.keeps[keep.length]) yield* choose([...keep, mask]);
  }
  yield* choose([]);
}

function labelOf({ chains, keep }: Group, levels: number): CertificateLabel {
  return {
    spread: chains.map(({ profile, top }) => [profile, top] as const),
    keep: Array.from({ length: levels }, (_, l) => keep.reduce((bits, mask, v) => bits | (((mask >> l) & 1) << v), 0)),
    bound: 0,
  };
}

function groupOf(
  claimed: Claimed,
  all: readonly (readonly (readonly Chain[])[])[],
  { spread, keep }: CertificateLabel,
): Group | null {
  const chains = all.map((profiles, d) => profiles[spread[d]?.[0]]?.find(({ top }) => top === spread[d][1]));
  const masks = claimed.tensors.map((_, v) => keep.reduce((mask, bits, l) => mask | (((bits >> v) & 1) << l), 0));
  if (chains.some((chain) => chain === undefined) || masks.some((mask, v) => !claimed.keeps[v].includes(mask))) {
    return null;
  }
  return { chains: chains as Chain[], keep: masks };
}

const keyOf = ({ spread, keep }: CertificateLabel) => `${spread.map((pair) => pair.join(":")).join()}/${keep.join()}`;
