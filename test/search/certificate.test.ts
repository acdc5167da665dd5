import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import { blockSearch } from "../../server/src/engine/search/blocks.ts";
import {
  type Certificate,
  type CertificateLabel,
  certificateOf,
  labelDigest,
} from "../../server/src/engine/search/exact/certificate.ts";
import { type ExactProgress, exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import type { SearchProgress } from "../../server/src/engine/search/progress.ts";
import { verifyCertificate } from "../../server/src/engine/search/proof/verify.ts";
import { architecture, compute, storage, workload } from "../mapspace/hardware.ts";

const machine = architecture(
  [
    storage("Spad", { meshX: 4, capacityWords: 40 }),
    storage("GLB", { capacityWords: 600, readEnergyPj: 6, fillEnergyPj: 6, updateEnergyPj: 6 }),
    storage("DRAM", { readEnergyPj: 200, fillEnergyPj: 200, updateEnergyPj: 200 }),
  ],
  compute(4),
);
const layer = workload({ p: 12, r: 3, c: 6, k: 8 }, { W: ["c", "k", "r"], I: ["c", "p+r"], O: ["k", "p"] });

function certificateFor(kind: "pfm" | "ruby-s", progress: ExactProgress): Certificate | null {
  return certificateOf({ architecture: machine, workload: layer, kind, constraints: [], objective: "edp" }, progress);
}

function certify(kind: "pfm" | "ruby-s"): Certificate {
  const { mapspace } = createMapspace(machine, layer, kind);
  let last: ExactProgress | undefined;
  for (last of exactSearch(mapspace!, { objective: "edp", seed: 1, warmUp: 50 }));
  return certificateFor(kind, last!)!;
}

function faultOf(certificate: Certificate, machineNow = machine, layerNow = layer): string | null {
  const checking = verifyCertificate(certificate, machineNow, layerNow, []);
  let step = checking.next();
  while (!step.done) step = checking.next();
  return step.value?.kind ?? null;
}

for (const kind of ["pfm", "ruby-s"] as const) {
  test(`a certificate of ${kind} holds, through JSON too, and falls with each lie`, () => {
    const certificate = certify(kind);
    assert.equal(faultOf(certificate), null);
    const copy = (): Certificate => JSON.parse(JSON.stringify(certificate));
    assert.equal(faultOf(copy()), null);

    const cheaper = copy();
    cheaper.incumbent.energyPj *= 0.999;
    assert.equal(faultOf(cheaper), "cost");

    const faster = { ...machine, compute: { ...machine.compute, energyPj: 2 } };
    assert.equal(faultOf(certificate, faster), "inputs");
    const larger = workload({ p: 13, r: 3, c: 6, k: 8 }, { W: ["c", "k", "r"], I: ["c", "p+r"], O: ["k", "p"] });
    assert.equal(faultOf(certificate, machine, larger), "inputs");

    const redone = (labels: readonly CertificateLabel[]) => ({ ...copy(), labels, labelDigest: labelDigest(labels) });
    const without = (i: number) => certificate.labels.filter((_, k) => k !== i);
    assert.equal(faultOf({ ...copy(), labels: without(0) }), "labels-changed");
    // With the digest made anew, the checker still misses each that the proof needs.
    const dropped = certificate.labels.map((_, i) => faultOf(redone(without(i))));
    const needed = dropped.indexOf("label-missing");
    assert.ok(needed >= 0 && dropped.every((fault) => fault === null || fault === "label-missing"));
    assert.equal(faultOf(redone([])), "label-missing");

    const altered = (i: number, change: Partial<CertificateLabel>) =>
      redone(certificate.labels.map((label, k) => (k === i ? { ...label, ...change } : label)));
    certificate.labels.forEach((label, i) => {
      assert.equal(faultOf(altered(i, { bound: label.bound * 100 })), "label-raised");
    });
    const { spread } = certificate.labels[needed];
    assert.equal(faultOf(altered(needed, { spread: [[99, 1], ...spread.slice(1)] })), "label-missing");
    const more = [...certificate.labels, { ...certificate.labels[needed], spread: [[99, 1], ...spread.slice(1)] }];
    assert.equal(faultOf(redone(more as CertificateLabel[])), "label-unknown");

    assert.equal(faultOf({ ...copy(), bound: certificate.bound * 1.01 }), "bound-not-proven");
    // A lower bound is true, but needs more labels or none: never is it refused for being modest.
    assert.equal(faultOf({ ...copy(), bound: certificate.bound * 0.99 }), null);
  });
}

test("a search stopped early certifies its gap, and no smaller one", () => {
  const { mapspace } = createMapspace(machine, layer, "ruby-s");
  const optimum = certify("ruby-s").bound;
  const gaps = new Map<number, Certificate>();
  for (const progress of exactSearch(mapspace!, { objective: "edp", seed: 1, warmUp: 50, certify: true })) {
    if (progress.done) break;
    // Stopped here, its labels are those of now.
    const certificate = JSON.parse(JSON.stringify(certificateFor("ruby-s", progress))) as Certificate | null;
    if (certificate !== null && certificate.bound < certificate.incumbent.value)
      gaps.set(certificate.bound, certificate);
  }
  assert.ok(gaps.size >= 3, `${gaps.size} bounds on the way`);
  for (const certificate of [...gaps.values()].slice(-3)) {
    const { bound, incumbent } = certificate;
    assert.ok(bound <= optimum * (1 + 1e-9));
    assert.equal(faultOf(certificate), null, `bound ${bound}`);
    assert.notEqual(faultOf({ ...certificate, bound: optimum * 1.001 }), null);
    assert.notEqual(faultOf({ ...certificate, bound: incumbent.value }), null);
  }
});

test("exact tries no more mappings than it may, and proves what it can until then", () => {
  const { mapspace } = createMapspace(machine, layer, "ruby-s");
  for (const evaluations of [1, 7, 40, 51]) {
    let last: ExactProgress | undefined;
    for (last of exactSearch(mapspace!, { objective: "edp", seed: 1, warmUp: 50, evaluations }));
    assert.equal(last!.done, true);
    assert.ok(last!.evaluations <= evaluations);
    assert.ok(last!.best === null || last!.bound <= last!.best.value);
  }
});

test("a mapping that is not the best proves nothing", () => {
  const certificate = certify("pfm");
  const { mapspace } = createMapspace(machine, layer, "pfm");
  const settings = { strategy: "random", objective: "edp", seed: 3, evaluations: 200, victory: null } as const;
  let worse: SearchProgress | undefined;
  for (worse of blockSearch(mapspace!, settings));
  const { best } = worse!;
  assert.ok(best!.value > certificate.incumbent.value);
  const fault = faultOf({ ...certificate, incumbent: best!, bound: best!.value });
  assert.ok(fault === "better-mapping" || fault === "label-missing", String(fault));
});
