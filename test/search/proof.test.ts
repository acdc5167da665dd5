import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { certificateOf } from "../../server/src/engine/search/exact/certificate.ts";
import { type ExactProgress, exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { chainsOf } from "../../server/src/engine/search/proof/chains.ts";
import { claimedOf, operationsOf, stepsOf } from "../../server/src/engine/search/proof/group.ts";
import { energyRates, leakageOf, portRates } from "../../server/src/engine/search/proof/prices.ts";
import { Program } from "../../server/src/engine/search/proof/program.ts";
import { mappingBound } from "../../server/src/engine/search/proof/tilings.ts";
import { compulsoryValue } from "../../server/src/engine/search/proof/values.ts";
import { verifyCertificate } from "../../server/src/engine/search/proof/verify.ts";
import { smallCase } from "./random-cases.ts";

test("what the checker says a mapping costs at least is never more than the reference model says it costs", () => {
  let all = 0;
  let equal = 0;
  let slowed = 0;
  let held = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const small = smallCase(seed, ["pfm", "ruby-s", "padded"]);
    const { mapspace } = createMapspace(small.architecture, small.workload, small.kind, small.constraints);
    if (mapspace === undefined) continue;
    const claimed = claimedOf(mapspace);
    const nd = claimed.dimensions;
    const point = mapspace.createPoint();
    const random = new Prng(seed, 5);
    for (let i = 0; i < 8; i++) {
      mapspace.sample(random, point);
      const tiling = [new Array<number>(nd).fill(1)];
      for (let l = 0; l < claimed.levels; l++) {
        tiling.push(tiling[l].map((t, d) => t * point.factors[2 * l * nd + d] * point.factors[(2 * l + 1) * nd + d]));
      }
      const chains = tiling[claimed.levels].map(
        (top, d) => chainsOf(mapspace, d, point.spread[d]).find((chain) => chain.top === top)!,
      );
      const keep = claimed.tensors.map((_, v) => point.keep.reduce((m, bits, l) => m | (((bits >> v) & 1) << l), 0));
      const group = { chains, keep };
      const where = `seed ${seed}, sample ${i}`;
      const { evaluation, violations } = evaluate(
        small.architecture,
        mapspace.workloadOf(point),
        mapspace.mapping(point),
        defaultEvaluationOptions("exact"),
      );
      const { energyPj, cycles } = evaluation!;
      const rates = energyRates(claimed, group);
      const memory = mappingBound(claimed, group, rates, point, tiling);
      const fixed =
        operationsOf(group) * small.architecture.compute.energyPj + leakageOf(claimed, group) * stepsOf(group);
      const bound = memory + fixed;
      assert.ok(bound <= energyPj * (1 + 1e-9), `${where}: ${bound} > ${energyPj}`);
      assert.ok(stepsOf(group) <= cycles, where);
      for (const port of portRates(claimed, group)) {
        const least = mappingBound(claimed, group, port, point, tiling);
        if (least > stepsOf(group)) slowed++;
        assert.ok(least <= cycles * (1 + 1e-9), `${where}: ${least} > ${cycles} cycles`);
      }
      // The programme leaves out what the hardware cannot hold.
      const least = violations.length > 0 || i > 3 ? 0 : new Program(claimed, group, rates).least();
      assert.ok(least <= memory * (1 + 1e-9), `${where}: ${least} > ${memory}`);
      if (violations.length === 0 && i <= 3) held++;
      assert.ok(compulsoryValue(claimed, chains, "energy")(keep) <= energyPj * (1 + 1e-9), where);
      all++;
      if (bound >= energyPj * (1 - 1e-9)) equal++;
    }
  }
  assert.ok(all > 1200 && equal > all / 3, `${equal} of ${all} bounds are tight`);
  assert.ok(held > 100, `${held} mappings fit`);
  assert.ok(slowed > 20, `${slowed} times a port decides`);
});

test("the checker accepts what exact search proves and refuses a little more", () => {
  const objectives = ["edp", "energy", "latency"] as const;
  let proofs = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const small = smallCase(seed, ["pfm", "ruby-s", "padded"]);
    const { mapspace } = createMapspace(small.architecture, small.workload, small.kind, small.constraints);
    if (mapspace === undefined) continue;
    const objective = objectives[seed % 3];
    let last: ExactProgress | undefined;
    for (last of exactSearch(mapspace, { objective, seed, warmUp: 20 }));
    const certificate = certificateOf({ ...small, objective }, last!);
    if (certificate === null) continue;
    const check = (bound: number, value: number) => {
      const incumbent = { ...certificate.incumbent, value };
      const claim = { ...certificate, bound, incumbent };
      const checking = verifyCertificate(claim, small.architecture, small.workload, small.constraints);
      let step = checking.next();
      while (!step.done) step = checking.next();
      return step.value;
    };
    const { value } = certificate.incumbent;
    assert.equal(check(certificate.bound, value), null, `seed ${seed}, ${small.kind}, ${objective}`);
    assert.equal(check(certificate.bound * 1.0001, value)?.kind, "bound-not-proven", `seed ${seed}`);
    proofs++;
  }
  assert.ok(proofs >= 45, `${proofs} certificates`);
});
