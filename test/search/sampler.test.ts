import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { Mapspace } from "../../server/src/engine/mapspace/mapspace.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { ParetoFront } from "../../server/src/engine/numeric/pareto.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { blockSearch } from "../../server/src/engine/search/blocks.ts";
import { PointCosts } from "../../server/src/engine/search/costing.ts";
import { objectiveValue } from "../../server/src/engine/search/objective.ts";
import type { SearchProgress } from "../../server/src/engine/search/progress.ts";
import { smallCase } from "./random-cases.ts";

const kinds = ["pfm", "padded", "ruby-s", "ruby-t", "ruby"] as const;

function* spaces(from: number, to: number): Generator<[Mapspace, string]> {
  for (let seed = from; seed < to; seed++) {
    const small = smallCase(seed, kinds);
    const { mapspace } = createMapspace(small.architecture, small.workload, small.kind, small.constraints);
    if (mapspace !== undefined) yield [mapspace, `seed ${seed}, ${small.kind}`];
  }
}

test("what fits, what it costs, and what it was said on the way not to stay below", () => {
  const options = defaultEvaluationOptions("exact");
  let checked = 0;
  let held = 0;
  for (const [mapspace, where] of spaces(1, 700)) {
    const costs = new PointCosts(mapspace);
    const point = mapspace.createPoint();
    const random = new Prng(3);
    const cost = { energyPj: 0, cycles: 0 };
    for (let i = 0; i < 12; i++) {
      mapspace.sample(random, point);
      const mapping = mapspace.mapping(point);
      const name = `${where}: ${JSON.stringify(mapping)}`;
      const outcome = evaluate(mapspace.architecture, mapspace.workloadOf(point), mapping, options);
      assert.equal(costs.fits(point), outcome.violations.length === 0, name);
      if (!costs.fits(point)) continue;
      held++;
      const { energyPj, cycles } = outcome.evaluation!;
      const hopeless = (leastPj: number, leastCycles: number) => {
        checked++;
        assert.ok(leastPj <= energyPj * (1 + 1e-12), `${name}: ${leastPj} pJ above ${energyPj}`);
        assert.ok(leastCycles <= cycles, `${name}: ${leastCycles} cycles above ${cycles}`);
        return false;
      };
      assert.ok(costs.cost(point, cost, { hopeless }));
      assert.ok(Math.abs(cost.energyPj - energyPj) <= 1e-12 * energyPj, name);
      assert.equal(cost.cycles, cycles, name);
    }
  }
  assert.ok(held > 2_000 && checked > 3 * held, `${held} mappings, ${checked} bounds`);
});

test("random search gives up no mapping it should have told", () => {
  for (const [mapspace, where] of spaces(2_000, 2_060)) {
    const objective = (["edp", "energy", "latency"] as const)[where.length % 3];
    const evaluations = 5_000;
    const settings = { strategy: "random", objective, seed: 5, evaluations, victory: null } as const;
    let found: SearchProgress | undefined;
    for (found of blockSearch(mapspace, settings));
    // The same draws, each costed to the end.
    const costs = new PointCosts(mapspace);
    const point = mapspace.createPoint();
    const cost = { energyPj: 0, cycles: 0 };
    const front = new ParetoFront<null>();
    let best = Number.POSITIVE_INFINITY;
    let valid = 0;
    for (let block = 0; block * 2048 < evaluations; block++) {
      const random = new Prng(5, block);
      for (let i = block * 2048; i < Math.min(evaluations, (block + 1) * 2048); i++) {
        mapspace.sampleTiles(random, point);
        if (!costs.fits(point)) continue;
        mapspace.sampleOrders(random, point);
        costs.cost(point, cost);
        valid++;
        best = Math.min(best, objectiveValue(objective, cost.energyPj, cost.cycles));
        front.add(cost.energyPj, cost.cycles, () => null);
      }
    }
    assert.equal(found!.valid, valid, where);
    assert.equal(found!.best?.value ?? Number.POSITIVE_INFINITY, best, where);
    assert.deepEqual(
      found!.front!.map(({ energyPj, cycles }) => [energyPj, cycles]),
      front.points.map(({ x, y }) => [x, y]),
      where,
    );
  }
});
