import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Loop, Workload } from "../../server/src/engine/model/types.ts";
import { loopViolations } from "../../server/src/engine/model/validity.ts";
import { readDirectives } from "../../server/src/spec/directives.ts";
import { lowerMapping } from "../../server/src/spec/mapping.ts";
import { parseYaml } from "../../server/src/syntax/yaml.ts";
import { toyArchitecture, toyGemm, toyLevel } from "../support/toy.ts";

/** DRAM over 2 × 2 buffers, each with one unit. */
const architecture = toyArchitecture([toyLevel("Buf", { meshX: 2, meshY: 2 }), toyLevel("DRAM")], {
  meshX: 2,
  meshY: 2,
});
const gemm = toyGemm({ M: 4, N: 6, K: 8 });

function lower(text: string, workload: Workload = gemm) {
  const { root } = parseYaml({ uri: "m.yaml", text });
  assert.ok(root);
  const { value, problems } = readDirectives(root, { scope: "mapping", version: "0.3" });
  const lowered = lowerMapping({ directives: value, location: root.location }, architecture, workload);
  const all = [...problems, ...lowered.problems];
  return { ...lowered.value, codes: all.map((p) => p.code), problems: all };
}
const show = (loops: readonly Loop[], workload = gemm) =>
  loops
    .map(({ dimension, factor, residual }) => {
      const { name } = workload.dimensions[dimension];
      return factor === residual ? `${name}${factor}` : `${name}${factor},${residual}`;
    })
    .join(" ");

test("the first letter is innermost; letters left out stand outermost in the order of the problem", () => {
  const { mapping, codes } = lower("- {target: DRAM, type: temporal, factors: M4 N6 K8, permutation: K}");
  assert.deepEqual(codes, []);
  assert.equal(show(mapping.levels[1].temporal), "K8 M4 N6");
});

test("factor 0 is the whole bound, missing factors are 1 and loops of one trip vanish", () => {
  const { mapping } = lower("- {target: Buf, type: temporal, factors: K0 N=1}");
  assert.equal(show(mapping.levels[0].temporal), "K8");
  assert.equal(show(mapping.levels[1].temporal), "");
});

test("split counts letters, loops of one trip included; without it all loops run along X", () => {
  const spatial = (rest: string) => lower(`- {target: DRAM, type: spatial, factors: M2 K2${rest}}`).mapping.levels[1];
  const split1 = spatial(", permutation: NMK, split: 1");
  assert.deepEqual([show(split1.spatialX), show(split1.spatialY)], ["", "M2 K2"]);
  const split2 = spatial(", permutation: NMK, split: 2");
  assert.deepEqual([show(split2.spatialX), show(split2.spatialY)], ["M2", "K2"]);
  const none = spatial(", permutation: NMK");
  assert.deepEqual([show(none.spatialX), show(none.spatialY)], ["M2 K2", ""]);
});

test("a later directive of the same level and type replaces the earlier one and says so", () => {
  const { mapping, codes } = lower(
    "- {target: DRAM, type: temporal, factors: M4 N6}\n- {target: DRAM, type: temporal, factors: K8}",
  );
  assert.equal(show(mapping.levels[1].temporal), "K8");
  assert.deepEqual(codes, ["replaced-directive"]);
});

test("everything is kept unless bypassed; directives accumulate and bypass is read after keep", () => {
  const { mapping, codes } = lower(`
- {target: Buf, type: datatype, bypass: [A, B]}
- {target: Buf, type: bypass, keep: [B, C], bypass: [C]}
`);
  assert.deepEqual(mapping.levels[0].keep, [false, true, false]);
  assert.deepEqual(mapping.levels[1].keep, [true, true, true]);
  assert.deepEqual(codes, ["keep-and-bypass"]);
});

test("flags of each kind of directive", () => {
  const { mapping } = lower(`
- {target: DRAM, type: spatial, no_reuse: [A], no_link_transfer: [B]}
- {target: DRAM, type: temporal, no_temporal_reuse: [B], rmw_first_update: [C]}
- {target: DRAM, type: datatype, no_coalesce: [C]}
- {target: Buf, type: temporal, no_reuse: [A], no_temporal_reuse: [B]}
`);
  const [buf, dram] = mapping.levels;
  assert.deepEqual(dram.noSpatialReuse, [true, false, false]);
  assert.deepEqual(dram.noLinkTransfer, [false, true, false]);
  assert.deepEqual(dram.noTemporalReuse, [false, true, false]);
  assert.deepEqual(dram.rmwFirstUpdate, [false, false, true]);
  assert.deepEqual(dram.noCoalesce, [false, false, true]);
  assert.deepEqual(buf.noTemporalReuse, [true, false, false]);
});

test("unknown names are errors with the likely name as fix", () => {
  const { problems } = lower(`
- {target: buf, type: temporal, factors: k=2, permutation: MX}
- {target: DRAM, type: temporal, factors: Q=2}
- {target: DRAM, type: datatype, keep: [a]}
- {target: Buf, type: spatial, factors: M=2}
- {target: MAC, type: temporal}
`);
  assert.deepEqual(
    problems.map((p) => `${p.code} ${p.severity} ${p.fixes?.[0]?.edits[0].newText ?? "-"}`),
    [
      "unknown-target error Buf",
      "no-fanout error -",
      "unknown-target error -",
      "unknown-dimension error -",
      "unknown-data-space error A",
    ],
  );
  const { problems: letters } = lower("- {target: Buf, type: temporal, factors: k=2, permutation: MKX}");
  assert.deepEqual(
    letters.map((p) => `${p.code} ${p.fixes?.[0]?.edits[0].newText ?? "-"}`),
    ["unknown-dimension K", "unknown-dimension -"],
  );
});

test("a letter that stands twice takes the place of a missing one, as in Timeloop, with a warning", () => {
  const { mapping, problems } = lower("- {target: Buf, type: temporal, factors: M4 K2, permutation: MMK}");
  assert.equal(show(mapping.levels[0].temporal), "M4 M4 K2");
  assert.deepEqual(
    problems.map((p) => [p.code, p.severity]),
    [["repeated-dimension", "warning"]],
  );
});

test("residuals that describe a bound are accepted, all others are reported with the product they make", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 2 }),
      fc.integer({ min: 1, max: 60 }),
      (ends, bound) => {
        // Inner to outer: how the last pass of each loop falls out for this bound (docs/model.md).
        let rest = bound;
        const residuals = ends.map((end) => {
          const residual = ((rest - 1) % end) + 1;
          rest = Math.ceil(rest / end);
          return residual;
        });
        const workload = toyGemm({ M: bound, N: 1, K: 1 });
        const text = `
- {target: Buf, type: temporal, factors: 'M${ends[0]},${residuals[0]}'}
- {target: DRAM, type: spatial, factors: 'M${ends[1]},${residuals[1]}'}
- {target: DRAM, type: temporal, factors: M${rest}}
`;
        const { mapping, codes } = lower(text, workload);
        assert.deepEqual(codes, []);
        assert.deepEqual(loopViolations(workload, mapping), []);
        const other = toyGemm({ M: bound + 1, N: 1, K: 1 });
        assert.deepEqual(loopViolations(other, lower(text, other).mapping), [
          { kind: "factor-product", dimension: 0, product: bound, bound: bound + 1 },
        ]);
      },
    ),
  );
});

test("a last pass longer than the others, or of no trip, is a violation", () => {
  for (const residual of [0, 5]) {
    const { mapping } = lower(`- {target: Buf, type: temporal, factors: 'M4,${residual}'}`);
    const kinds = loopViolations(gemm, mapping).map((v) => v.kind);
    assert.ok(kinds.includes("residual"));
  }
});
