import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import {
  directiveNames,
  type MapspaceConstraint,
  type MapspaceConstraints,
} from "../../server/src/engine/mapspace/constraints.ts";
import type { MappingLevel } from "../../server/src/engine/model/types.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { blockSearch } from "../../server/src/engine/search/blocks.ts";
import {
  type Certificate,
  type CertificateLabel,
  certificateOf,
  inputDigest,
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

function faultOf(
  certificate: Certificate,
  machineNow = machine,
  layerNow = layer,
  constraints: MapspaceConstraints = [],
): string | null {
  const checking = verifyCertificate(certificate, machineNow, layerNow, constraints);
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

test("a mapping that the constraints do not allow proves nothing, whichever of them it breaks", () => {
  const array = architecture(
    [
      storage("Spad", { meshX: 4, meshY: 2, capacityWords: 40 }),
      storage("GLB", { capacityWords: 600, readEnergyPj: 6, fillEnergyPj: 6, updateEnergyPj: 6 }),
      storage("DRAM", { readEnergyPj: 200, fillEnergyPj: 200, updateEnergyPj: 200 }),
    ],
    compute(4, 2),
  );
  const best = (constraints: MapspaceConstraints): Certificate => {
    const { mapspace } = createMapspace(array, layer, "pfm", constraints);
    let last: ExactProgress | undefined;
    for (last of exactSearch(mapspace!, { objective: "edp", seed: 1, warmUp: 50 }));
    return certificateOf({ architecture: array, workload: layer, kind: "pfm", constraints, objective: "edp" }, last!)!;
  };
  /** What is told of the certificate when it is said to be about these constraints. */
  const about = (certificate: Certificate, constraints: MapspaceConstraints) => {
    const inputs = inputDigest(array, layer, "pfm", constraints, "edp");
    return faultOf({ ...certificate, inputs }, array, layer, constraints);
  };
  const free = best([]);
  const [x, y] = (["spatialX", "spatialY"] as const).map((axis) => free.incumbent.mapping.levels[1][axis]);
  assert.ok(x.length > 0 && y.length > 0, JSON.stringify(free.incumbent.mapping));
  const at = { id: 0, level: 1 };
  const onX = x[0].dimension;
  const onY = y[0].dimension;
  const loops = { ...at, kind: "permutation", slot: "spatial", suffix: [] } as const;
  const lies: Record<string, MapspaceConstraint[]> = {
    "max fan-out": [{ ...at, kind: "max-fanout", value: 4 }],
    "X loops on Y": [
      { ...loops, prefix: [onX] },
      { ...at, id: 1, kind: "split", value: 0 },
    ],
    "more Y loops than the split leaves": [{ ...at, kind: "split", value: 4 }],
    "a loop pinned to X runs along Y": [
      { ...loops, prefix: [onY] },
      { ...at, id: 1, kind: "split", value: 1 },
    ],
    ...Object.fromEntries(
      directiveNames.map((directive) => [directive, [{ ...at, kind: "directive", directive, dataSpace: 0 } as const]]),
    ),
  };
  for (const [lie, constraints] of Object.entries(lies)) {
    assert.equal(about(best(constraints), constraints), null, `${lie}: its own optimum`);
    assert.equal(about(free, constraints), "mapping-outside", lie);
  }
  const narrow = best(lies["max fan-out"]);
  assert.equal(about(narrow, [{ ...at, kind: "min-parallelism", value: 1 }]), "mapping-outside", "parallelism");
  const marked = best(lies.noSpatialReuse);
  assert.equal(about(marked, []), "mapping-outside", "a directive that is not asked for");

  // Loops and levels as no mapping of the mapspace has them.
  const withLevel = (change: (level: MappingLevel) => Partial<MappingLevel>) => {
    const levels = free.incumbent.mapping.levels.map((level, l) => (l === 1 ? { ...level, ...change(level) } : level));
    return about({ ...free, incumbent: { ...free.incumbent, mapping: { levels } } }, []);
  };
  assert.equal(
    withLevel(({ spatialX, spatialY }) => ({ spatialX: spatialY, spatialY: spatialX })),
    "mapping-outside",
  );
  assert.equal(
    withLevel(({ keep }) => ({ keep: keep.slice(1) })),
    "mapping-outside",
  );
  const stray = { dimension: 9, factor: 2, residual: 2 };
  assert.equal(
    withLevel(({ temporal }) => ({ temporal: [...temporal, stray] })),
    "mapping-outside",
  );
  const fewer = { levels: free.incumbent.mapping.levels.slice(1) };
  assert.equal(about({ ...free, incumbent: { ...free.incumbent, mapping: fewer } }, []), "mapping-outside");
});

test("a certificate of remainders in time is refused: the checker knows no proof of them", () => {
  const certificate = certify("pfm");
  for (const kind of ["ruby", "ruby-t"] as const) {
    const inputs = inputDigest(machine, layer, kind, [], "edp");
    assert.equal(faultOf({ ...certificate, kind, inputs }), "malformed");
  }
});

test("whatever is changed in the JSON of a certificate, the checker says so and does not throw", () => {
  const text = JSON.stringify(certify("ruby-s"));
  const random = new Prng(5);
  const kinds = new Set<string | null>();
  for (let i = 0; i < 1500; i++) {
    const certificate = JSON.parse(text);
    const places: { holder: Record<string, unknown>; key: string; path: string }[] = [];
    const walk = (holder: Record<string, unknown>, path: string) => {
      for (const key of Object.keys(holder)) {
        places.push({ holder, key, path: `${path}.${key}` });
        if (typeof holder[key] === "object" && holder[key] !== null)
          walk(holder[key] as Record<string, unknown>, `${path}.${key}`);
      }
    };
    // Half of the changes to what lies around the labels, which are most of it.
    if (i % 2 === 0) walk(certificate, "");
    else walk({ ...certificate, labels: undefined }, "");
    const { holder: inside, key, path } = places[random.below(places.length)];
    const holder = path.split(".").length === 2 ? certificate : inside;
    const was = holder[key];
    const junk = [null, "x", "", -1, 0.5, 1e300, true, [], {}, [[]], [null], Number.MAX_SAFE_INTEGER];
    const value = junk[random.below(junk.length)];
    if (random.below(6) === 0) delete holder[key];
    else if (typeof was === "number" && random.below(2) === 0) holder[key] = was * 2 + 1;
    else if (JSON.stringify(value) !== JSON.stringify(was)) holder[key] = value;
    else continue;
    const fault = faultOf(certificate);
    kinds.add(fault);
    if (fault !== null) continue;
    // What is claimed is less, and true.
    const now = holder[key] as number;
    assert.ok(path.endsWith(".bound") && now < (was as number), `${path}: ${was} → ${now} holds`);
  }
  for (const kind of ["malformed", "inputs", "mapping-outside", "cost", "labels-changed", "label-raised"]) {
    assert.ok(kinds.has(kind), `${kind} among ${[...kinds].join()}`);
  }
  for (const value of [null, undefined, 3, "x", [], {}, { incumbent: {} }]) {
    assert.equal(faultOf(value as unknown as Certificate), "malformed");
  }
});
