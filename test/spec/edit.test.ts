import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Loop, Mapping, MappingLevel } from "../../server/src/engine/model/types.ts";
import { readDirectives } from "../../server/src/spec/directives.ts";
import { applyEdits, editMapping } from "../../server/src/spec/edit.ts";
import { lowerMapping } from "../../server/src/spec/mapping.ts";
import { parseYaml } from "../../server/src/syntax/yaml.ts";
import { toyArchitecture, toyGemm, toyLevel } from "../support/toy.ts";

const architecture = toyArchitecture([toyLevel("Reg", { meshX: 4, meshY: 2 }), toyLevel("Buf"), toyLevel("DRAM")], {
  meshX: 4,
  meshY: 2,
});
const workload = toyGemm({ M: 24, N: 24, K: 24 });
const context = { architecture, workload };

function lower(text: string): Mapping {
  const { root } = parseYaml({ uri: "m.yaml", text });
  assert.ok(root?.kind === "map", text);
  const list = root.index.get("mapping")!.value;
  const { value, problems } = readDirectives(list, { scope: "mapping", version: "0.3" });
  assert.deepEqual(
    problems.filter((p) => p.severity === "error"),
    [],
    text,
  );
  return lowerMapping({ directives: value, location: list.location }, architecture, workload).value.mapping;
}

/** The same mapping with what a reader cannot see taken out. */
const normal = ({ levels }: Mapping) =>
  levels.map((level) => {
    const loops = (list: readonly Loop[]) => list.filter((loop) => loop.factor !== 1 || loop.residual !== 1);
    const { temporal, spatialX, spatialY, keep } = level;
    const flag = (list: readonly boolean[] | undefined) => keep.map((_, i) => list?.[i] ?? false);
    const flags = [level.noSpatialReuse, level.noTemporalReuse, level.noLinkTransfer, level.rmwFirstUpdate];
    return {
      loops: [temporal, spatialX, spatialY].map(loops),
      keep,
      flags: [...flags, level.noCoalesce].map(flag),
    };
  });

function edited(text: string, mapping: Mapping): string {
  const file = { uri: "m.yaml", text };
  const edits = editMapping(file, mapping, context);
  assert.ok(edits !== null);
  const ordered = [...edits].sort((a, b) => a.location.start - b.location.start || a.location.end - b.location.end);
  ordered.forEach(({ location }, i) => {
    if (i > 0) assert.ok(ordered[i - 1].location.end <= location.start, "edits overlap");
  });
  return applyEdits(file, edits).text;
}

const documents: Record<string, string> = {
  flow: `# Written by hand
mapping:
- {target: DRAM, type: temporal, factors: M=2 N=1 K=24, permutation: KMN} # outermost
- {target: Buf, type: temporal, factors: M3 N12, permutation: NMK}
# along X, then Y
- {target: Buf, type: spatial, factors: M=4 N=2, permutation: MNK, split: 1}
- {target: Reg, type: temporal, factors: 'M=1'}
- {target: Reg, type: datatype, keep: [A, C], bypass: [B]} # weights stream
`,
  block: `architecture: {version: 0.3}
mapping:
  # the big memory
  - target: DRAM
    type: temporal
    factors: "M=2 N=1 K=24"   # quoted
    permutation: KMN

  - target: Buf
    type: temporal
    factors: M=3 N=12 K=1
  - target: Buf
    type: spatial
    factors: M=4,3 N=2 # a residual
    permutation: M N K
  - target: Reg
    type: bypass
    keep:
      - A
      - C # c
    bypass:
      # why
      - B
problem: {}
`,
  windows:
    "mapping:\r\n- target: DRAM # a\r\n  type: temporal\r\n  factors: M=24 N=24 K=24 # b\r\n- target: Reg\r\n  type: datatype\r\n  bypass: [A]\r\n",
  blockLists:
    "mapping:\r\n- target: Reg # 1\r\n  bypass:\r\n  - A # 2\r\n  - B\r\n  - C\r\n  keep: []\r\n  type: datatype # 3\r\n# 4\r\n- target: Reg\r\n  type: temporal\r\n  no_reuse:\r\n  - A\r\n  # 5\r\n  - C\r\n",
  oneLine: "mapping: [{target: DRAM, type: temporal, factors: M24 N24}, {target: Buf, type: temporal, factors: K24}]",
  empty: "mapping: []\n",
  blank: "mapping:\n",
  none: "# nothing yet\nproblem: {}",
  anchors: `mapping:
- &all {target: DRAM, type: temporal, factors: &f M=2 N=2 K=2}
- {<<: *all, target: Buf, permutation: MNK}
- {target: Reg, type: temporal, factors: *f}
`,
  lists: `mapping:
- {target: DRAM, type: temporal, factors: [M=24], permutation: [K, M, N]}
- {target: Buf, type: spatial, factors: M=2, split: 7}
`,
};

const level = (spatial: boolean): fc.Arbitrary<MappingLevel> => {
  const order = fc.shuffledSubarray([0, 1, 2]);
  const loops = order.chain((dimensions) =>
    fc.tuple(
      ...dimensions.map((dimension) =>
        fc.tuple(fc.integer({ min: 2, max: 24 }), fc.boolean()).map(([factor, perfect]): Loop => {
          return { dimension, factor, residual: perfect ? factor : factor - 1 };
        }),
      ),
    ),
  );
  const flags = fc.option(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), { nil: undefined, freq: 2 });
  return fc
    .record({
      temporal: loops,
      inSpace: loops,
      cut: fc.nat(3),
      keep: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      flags,
      more: flags,
    })
    .map(({ temporal, inSpace, cut, keep, flags: noTemporalReuse, more: noSpatialReuse }) => ({
      temporal,
      spatialX: spatial ? inSpace.slice(0, cut) : [],
      spatialY: spatial ? inSpace.slice(cut) : [],
      keep,
      noTemporalReuse,
      noSpatialReuse: spatial ? noSpatialReuse : undefined,
    }));
};
const mappings = fc.tuple(level(false), level(true), level(false)).map((levels): Mapping => ({ levels }));

for (const [name, text] of Object.entries(documents)) {
  test(`${name}: any mapping can be written, and writing it again changes nothing`, () => {
    fc.assert(
      fc.property(mappings, (mapping) => {
        const once = edited(text, mapping);
        assert.deepEqual(normal(lower(once)), normal(mapping), once);
        assert.equal(edited(once, mapping), once);
      }),
      { numRuns: 200 },
    );
  });
  if (name !== "none") {
    test(`${name}: writing what the file says changes no byte`, () => {
      assert.equal(edited(text, lower(text)), text);
    });
  }
}

/** Comments of a text, in order. */
const comments = (text: string) => [...text.matchAll(/#.*$/gm)].map((match) => match[0].trim());

test("comments and line ends stay whatever is written into hand-written files", () => {
  fc.assert(
    fc.property(mappings, fc.constantFrom("flow", "block", "windows", "blockLists"), (mapping, name) => {
      const after = edited(documents[name], mapping);
      assert.deepEqual(comments(after), comments(documents[name]));
      if (name === "windows" || name === "blockLists") assert.equal(/[^\r]\n/.test(after), false);
    }),
    { numRuns: 200 },
  );
});

test("a new factor changes one number; a new order one word; lines that agree are not touched", () => {
  const text = documents.flow;
  const mapping = lower(text);
  const [reg, buf, dram] = mapping.levels;
  const temporal = dram.temporal.map((loop) => (loop.dimension === 0 ? { ...loop, factor: 6, residual: 6 } : loop));
  assert.equal(
    edited(text, { levels: [reg, buf, { ...dram, temporal }] }),
    text.replace("M=2 N=1 K=24", "M=6 N=1 K=24"),
  );
  const swapped = { ...dram, temporal: [...dram.temporal].reverse() };
  assert.equal(edited(text, { levels: [reg, buf, swapped] }), text.replace("permutation: KMN", "permutation: MKN"));
  const allX = { ...buf, spatialX: [...buf.spatialX, ...buf.spatialY], spatialY: [] };
  assert.equal(edited(text, { levels: [reg, allX, dram] }), text.replace("split: 1", "split: 2"));
  const bypassed = { ...reg, keep: [false, false, true] };
  assert.equal(
    edited(text, { levels: [bypassed, buf, dram] }),
    text.replace("keep: [A, C], bypass: [B]", "keep: [C], bypass: [B, A]"),
  );
  const residual = { ...buf, temporal: buf.temporal.map((l) => (l.dimension === 1 ? { ...l, residual: 5 } : l)) };
  assert.equal(
    edited(text, { levels: [reg, residual, dram] }),
    text.replace("factors: M3 N12,", 'factors: "M3 N12,5",'),
  );
});

test("a dimension along both axes of one level cannot be written", () => {
  const mapping = lower(documents.flow);
  const loop = { dimension: 0, factor: 2, residual: 2 };
  const buf = { ...mapping.levels[1], spatialX: [loop], spatialY: [loop] };
  const levels = [mapping.levels[0], buf, mapping.levels[2]];
  assert.equal(editMapping({ uri: "m.yaml", text: documents.flow }, { levels }, context), null);
});
