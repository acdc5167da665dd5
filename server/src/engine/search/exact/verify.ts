import { createMapspace } from "../../mapspace/build.ts";
import type { MapspaceConstraints } from "../../mapspace/constraints.ts";
import type { Mapspace } from "../../mapspace/mapspace.ts";
import { evaluate } from "../../model/evaluate.ts";
import { type Architecture, defaultEvaluationOptions, type Mapping, type Workload } from "../../model/types.ts";
import { objectiveValue } from "../objective.ts";
import { type Certificate, type CertificateLabel, inputDigest, labelDigest } from "./certificate.ts";
import { ExactSearch, slack } from "./exact.ts";

/** Why a certificate proves nothing. */
export type CertificateFault =
  | { kind: "inputs"; stated: string; actual: string }
  | { kind: "empty-mapspace" }
  | { kind: "mapping-invalid" }
  | { kind: "mapping-outside" }
  | { kind: "cost"; stated: number; actual: number }
  | { kind: "bound-not-proven"; stated: number; actual: number }
  | { kind: "labels-changed" }
  | { kind: "label-missing"; label: CertificateLabel }
  | { kind: "label-raised"; label: CertificateLabel; stated: number; actual: number }
  | { kind: "label-not-searched"; label: CertificateLabel }
  | { kind: "better-mapping"; stated: number; actual: number };

const near = (a: number, b: number) => Math.abs(a - b) <= slack * Math.max(Math.abs(a), Math.abs(b));

/**
 * Checks a certificate against the files it is said to be about: the digest of the inputs, the cost of the mapping by
 * the reference model, and the proof. Every spread is gone over again; those that compulsory traffic does not rule out
 * must have their labels in the certificate, with a bound no higher than what follows from the labels' programme; those
 * whose bound leaves room must have been searched, and are searched again. Yields now and then.
 */
export function* verifyCertificate(
  certificate: Certificate,
  architecture: Architecture,
  workload: Workload,
  constraints: MapspaceConstraints,
): Generator<void, CertificateFault | null> {
  const { kind, objective, incumbent } = certificate;
  const actual = inputDigest(architecture, workload, kind, constraints, objective);
  if (actual !== certificate.inputs) return { kind: "inputs", stated: certificate.inputs, actual };
  const { mapspace } = createMapspace(architecture, workload, kind, constraints);
  if (mapspace === undefined) return { kind: "empty-mapspace" };

  const fault = checkIncumbent(certificate, mapspace);
  if (fault !== null) return fault;
  if (!near(certificate.bound, incumbent.value) && certificate.bound > incumbent.value) {
    return { kind: "bound-not-proven", stated: certificate.bound, actual: incumbent.value };
  }

  if (labelDigest(certificate.labels) !== certificate.labelDigest) return { kind: "labels-changed" };
  const labels = new Map(certificate.labels.map((label) => [keyOf(label), label]));
  const search = new ExactSearch(mapspace, { objective, seed: 0, warmUp: 0 });
  // Only what is better than the bound would refute it.
  search.begin({ ...incumbent, value: certificate.bound });
  let found: CertificateFault | null = null;
  const examine = (label: CertificateLabel, open: boolean): boolean => {
    const stated = labels.get(keyOf(label));
    if (stated === undefined) found = { kind: "label-missing", label };
    else if (stated.bound > label.bound && !near(stated.bound, label.bound)) {
      found = { kind: "label-raised", label, stated: stated.bound, actual: label.bound };
    } else if (open && !stated.searched) found = { kind: "label-not-searched", label };
    labels.delete(keyOf(label));
    return found === null;
  };
  for (const { best } of search.run(examine)) {
    if (best !== null && best.value < certificate.bound) {
      return { kind: "better-mapping", stated: certificate.bound, actual: best.value };
    }
    yield;
  }
  if (found !== null) return found;
  const { best } = search.progress(false);
  if (best !== null && best.value < certificate.bound * (1 - slack)) {
    return { kind: "better-mapping", stated: certificate.bound, actual: best.value };
  }
  // What the run above needed no label for, the search may have needed while its incumbent was worse: each is checked too.
  for (const label of labels.values()) {
    const bound = search.boundOf(label);
    if (bound === null) return { kind: "label-missing", label };
    if (label.bound > bound && !near(label.bound, bound))
      return { kind: "label-raised", label, stated: label.bound, actual: bound };
    yield;
  }
  return null;
}

const keyOf = ({ spread, keep }: CertificateLabel) => `${spread.map((pair) => pair.join(":")).join()}/${keep.join()}`;

function checkIncumbent({ incumbent, objective }: Certificate, mapspace: Mapspace): CertificateFault | null {
  const { mapping, bounds } = incumbent;
  const { architecture, workload } = mapspace;
  const allowed =
    bounds.every((bound, d) => mapspace.rules.bounds[d]?.includes(bound)) &&
    bounds.length === mapspace.rules.bounds.length;
  if (!allowed || !isWithin(mapspace, mapping)) return { kind: "mapping-outside" };
  const padded = { ...workload, dimensions: workload.dimensions.map((d, i) => ({ ...d, bound: bounds[i] })) };
  const { evaluation, violations } = evaluate(architecture, padded, mapping, defaultEvaluationOptions("exact"));
  if (evaluation === undefined || violations.length > 0) return { kind: "mapping-invalid" };
  for (const [stated, actual] of [
    [incumbent.energyPj, evaluation.energyPj],
    [incumbent.cycles, evaluation.cycles],
    [incumbent.value, objectiveValue(objective, evaluation.energyPj, evaluation.cycles)],
  ]) {
    if (!near(stated, actual)) return { kind: "cost", stated, actual };
  }
  return null;
}

/** Do factors, orders and kept levels obey the mapspace's rules? */
function isWithin(mapspace: Mapspace, mapping: Mapping): boolean {
  const { rules } = mapspace;
  const nd = mapspace.workload.dimensions.length;
  return mapping.levels.every((level, l) => {
    const factorsFit = [[...level.spatialX, ...level.spatialY], level.temporal].every((loops, slot) =>
      Array.from({ length: nd }, (_, d) => d).every((d) => {
        const rule = rules.factors[(2 * l + slot) * nd + d];
        const own = loops.filter((loop) => loop.dimension === d);
        const factor = own[0]?.factor ?? 1;
        const perfect = own.every((loop) => loop.residual === loop.factor);
        return own.length <= 1 && factor >= rule.min && factor <= rule.max && (perfect || rule.imperfect);
      }),
    );
    const { prefix, free, suffix } = rules.orders[l];
    const place = (d: number) =>
      prefix.includes(d) ? prefix.indexOf(d) : free.includes(d) ? prefix.length : nd + suffix.indexOf(d);
    const ordered =
      l === 0 ||
      level.temporal.every((loop, i) => i === 0 || place(level.temporal[i - 1].dimension) <= place(loop.dimension));
    return (
      factorsFit && ordered && level.keep.every((kept, v) => rules.keep[l][v] === null || rules.keep[l][v] === kept)
    );
  });
}
