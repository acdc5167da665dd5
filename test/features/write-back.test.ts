import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mapping } from "../../server/src/engine/model/types.ts";
import { fingerprints } from "../../server/src/features/explorer/offer.ts";
import type { FileChange } from "../../server/src/features/explorer/protocol.ts";
import { writeBack } from "../../server/src/features/explorer/write-back.ts";
import type { Snapshot } from "../../server/src/workspace/store.ts";
import { DesignStore } from "../../server/src/workspace/store.ts";
import { sharedDir } from "../support/shared.ts";
import { mapperReferenceCases, randomReferenceCases, referenceCases } from "../support/timeloop-reference.ts";

const skip = sharedDir() === null ? "the reference data is not here" : false;
const uri = "file:///design.yaml";

/** One document for all texts: what a text shares with the one before it is not read again. */
const store = new DesignStore();

function open(text: string): { snapshot: Snapshot; mapping: Mapping } | null {
  store.open(uri, text);
  const snapshot = store.snapshot(uri);
  const layer = snapshot?.analysis.layers[0];
  if (snapshot === null || snapshot.analysis.layers.length !== 1 || layer?.outcome?.evaluation === undefined)
    return null;
  return { snapshot, mapping: layer.lowered!.mapping };
}

/** The one file as it is written. */
function written(snapshot: Snapshot, mapping: Mapping, text: string): FileChange {
  const result = writeBack(snapshot, { layer: 0, mapping }, fingerprints(snapshot), () => text);
  assert.ok(result.kind === "write", JSON.stringify(result));
  assert.deepEqual([result.changes.length, result.creates], [1, []]);
  return result.changes[0];
}

const seen = ({ levels }: Mapping) =>
  levels.map(({ temporal, spatialX, spatialY, keep }) => ({ temporal, spatialX, spatialY, keep }));

/** Orders turned round and the loops of X and Y exchanged: valid for the layer, and different. */
const turned = ({ levels }: Mapping): Mapping => ({
  levels: levels.map((level) => ({ ...level, temporal: [...level.temporal].reverse(), keep: [...level.keep] })),
});

/** A text without its mapping. */
function outside(text: string, { specification }: Snapshot): string {
  const { start, end } = specification.mappingSource!.location;
  return text.slice(0, start) + text.slice(end);
}

/** Every fortieth random case keeps this within seconds; the others differ from them by numbers only. */
const cases = () => [
  ...referenceCases(),
  ...randomReferenceCases().filter((_, i) => i % 40 === 0),
  ...mapperReferenceCases(),
];

const remarks = (text: string) => text.match(/ # \d+$/gm);

for (const [style, restyle] of [
  ["as written", (text: string) => text],
  [
    "with comments and CRLF",
    (text: string) =>
      text.replace(/^(- | {2}type: | {2}keep: ).*$/gm, (line) => `${line} # ${line.length}`).replace(/\r?\n/g, "\r\n"),
  ],
] as const) {
  test(`own mapping changes nothing, another only the mapping: reference corpus ${style}`, { skip }, () => {
    let tried = 0;
    for (const { id, input } of cases()) {
      const text = restyle(input);
      const opened = open(text);
      if (opened === null) continue;
      tried++;
      const { snapshot, mapping } = opened;
      const same = written(snapshot, mapping, text);
      assert.ok(same.edits.length === 0 && same.text === text, id);
      const wanted = turned(mapping);
      const other = written(snapshot, wanted, text);
      const after = open(other.text);
      assert.ok(after !== null, id);
      assert.equal(outside(other.text, after.snapshot), outside(text, snapshot), id);
      assert.deepEqual(seen(after.mapping), seen(wanted), id);
      assert.deepEqual(remarks(other.text), remarks(text), id);
      if (style !== "as written") assert.ok(!/(?<!\r)\n/.test(other.text), id);
    }
    assert.equal(tried, cases().length, "every case has a mapping with a cost");
  });
}

test("a design that changed, gained or lost a file is not written to", { skip }, () => {
  const { input } = referenceCases()[0];
  const opened = open(input);
  assert.ok(opened !== null);
  const { snapshot, mapping } = opened;
  const other = writeBack(snapshot, { layer: 0, mapping }, { [uri]: "another" }, () => input);
  assert.equal(other.kind, "changed");
  const lost = writeBack(
    snapshot,
    { layer: 0, mapping },
    { ...fingerprints(snapshot), "file:///ert.yaml": "x" },
    () => input,
  );
  assert.deepEqual(lost.kind === "changed" ? lost.changed : [], ["file:///ert.yaml"]);
  const template = writeBack(snapshot, { layer: 0, mapping }, null, () => "{{ include('x') }}");
  assert.equal(template.kind, "refused");
});
