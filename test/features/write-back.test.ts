import assert from "node:assert/strict";
import { test } from "node:test";
import type { Loop, Mapping } from "../../server/src/engine/model/types.ts";
import { fingerprint } from "../../server/src/features/explorer/fingerprint.ts";
import { fingerprints } from "../../server/src/features/explorer/offer.ts";
import type { Basis, FileChange } from "../../server/src/features/explorer/protocol.ts";
import { writeBack } from "../../server/src/features/explorer/write-back.ts";
import type { Snapshot } from "../../server/src/workspace/store.ts";
import { DesignStore } from "../../server/src/workspace/store.ts";
import { sharedDir } from "../support/shared.ts";
import { mapperReferenceCases, randomReferenceCases, referenceCases } from "../support/timeloop-reference.ts";

const skip = sharedDir() === null ? "the reference data is not here" : false;
const uri = "file:///design.yaml";

/** One document for all texts: what a text shares with the one before it is not read again. */
const store = new DesignStore();

function open(text: string): { snapshot: Snapshot; mapping: Mapping } {
  store.open(uri, text);
  const snapshot = store.snapshot(uri)!;
  return { snapshot, mapping: snapshot.analysis.layers[0].lowered!.mapping };
}

const asked = (mapping: Mapping, files: Basis["files"], alike: Basis["alike"] = {}) => ({
  found: { mappings: [{ layer: 0, mapping }] },
  basis: [{ files, alike }],
});

/** The one file as it is written. */
function written(snapshot: Snapshot, mapping: Mapping, text: string): FileChange {
  const result = writeBack(snapshot, asked(mapping, fingerprints(snapshot)), () => text);
  assert.ok(result.kind === "write", JSON.stringify(result));
  assert.deepEqual([result.changes.length, result.creates], [1, []]);
  return result.changes[0];
}

/** What a mapping says; loops of factor 1 say nothing. */
const seen = ({ levels }: Mapping) => {
  const real = (loops: readonly Loop[]) => loops.filter(({ factor }) => factor > 1);
  return levels.map(({ temporal, spatialX, spatialY, keep }) => [...[temporal, spatialX, spatialY].map(real), keep]);
};

/**
 * A mapping that differs in all there is to write, whether it fits or not: orders turned round, X and Y exchanged, a loop
 * moved from the innermost level to the next, and there the first data space kept or not.
 */
function turned({ levels }: Mapping): Mapping {
  const turnedRound = levels.map((level, i) => ({
    ...level,
    temporal: [...level.temporal].reverse(),
    spatialX: level.spatialY,
    spatialY: level.spatialX,
    keep: level.keep.map((kept, space) => (i === 0 && space === 0 && levels.length > 1 ? !kept : kept)),
  }));
  const [inner, outer] = turnedRound;
  const moving = inner.temporal.find(({ factor, residual }) => factor > 1 && residual === factor);
  const met = outer?.temporal.find(({ dimension }) => dimension === moving?.dimension);
  if (moving === undefined || outer === undefined || (met !== undefined && met.residual !== met.factor))
    return { levels: turnedRound };
  const factor = moving.factor * (met?.factor ?? 1);
  const moved = { ...moving, factor, residual: factor };
  inner.temporal = inner.temporal.map((loop) => (loop === moving ? { ...loop, factor: 1, residual: 1 } : loop));
  outer.temporal = met === undefined ? [...outer.temporal, moved] : outer.temporal.map((l) => (l === met ? moved : l));
  return { levels: turnedRound };
}

/** A text without its mapping. */
function outside(text: string, { specification }: Snapshot): string {
  const { start, end } = specification.mappingSource!.location;
  return text.slice(0, start) + text.slice(end);
}

const cases = () => [...referenceCases(), ...randomReferenceCases(), ...mapperReferenceCases()];

const remarks = (text: string) => text.match(/ # \d+$/gm);

for (const [style, every, restyle] of [
  ["as written", 1, (text: string) => text],
  [
    "with comments and CRLF, every fourth case",
    4,
    (text: string) =>
      text.replace(/^(- | {2}type: | {2}keep: ).*$/gm, (line) => `${line} # ${line.length}`).replace(/\r?\n/g, "\r\n"),
  ],
] as const) {
  test(`own mapping changes nothing, another only the mapping: reference corpus ${style}`, { skip }, () => {
    for (const { id, input } of cases().filter((_, i) => i % every === 0)) {
      const text = restyle(input);
      const { snapshot, mapping } = open(text);
      assert.ok(snapshot.analysis.layers[0].outcome?.evaluation !== undefined, id);
      const same = written(snapshot, mapping, text);
      assert.ok(same.edits.length === 0 && same.text === text, id);
      const wanted = turned(mapping);
      const other = written(snapshot, wanted, text);
      const after = open(other.text);
      assert.equal(outside(other.text, after.snapshot), outside(text, snapshot), id);
      assert.deepEqual(seen(after.mapping), seen(wanted), id);
      assert.deepEqual(remarks(other.text), remarks(text), id);
      if (style !== "as written") assert.ok(!/(?<!\r)\n/.test(other.text), id);
    }
  });
}

test("a design that changed, gained or lost a file is not written to", { skip }, () => {
  const { input } = referenceCases()[0];
  const { snapshot, mapping } = open(input);
  const write = (files: Basis["files"], alike?: Basis["alike"]) =>
    writeBack(snapshot, asked(mapping, files, alike), () => input);
  assert.equal(write({ [uri]: "another" }).kind, "changed");
  assert.equal(write({ [uri]: "another" }, { [uri]: [fingerprints(snapshot)[uri]] }).kind, "write");
  assert.equal(write({ [uri]: "another" }, { [uri]: ["a third", null] }).kind, "changed");
  const gone = { ...fingerprints(snapshot), "file:///ert.yaml": "x" };
  assert.equal(write(gone, { "file:///ert.yaml": [null] }).kind, "write");
  const lost = write(gone);
  assert.deepEqual(lost.kind === "changed" ? lost.changed : [], ["file:///ert.yaml"]);
  const template = writeBack(snapshot, { ...asked(mapping, {}), basis: null }, () => "{{ include('x') }}");
  assert.equal(template.kind, "refused");
});

test("a file is the same with other line ends and without its byte order mark", () => {
  const text = "mapping:\n- target: DRAM\n";
  for (const other of [`\ufeff${text}`, text.replaceAll("\n", "\r\n")])
    assert.equal(fingerprint(other), fingerprint(text));
  assert.notEqual(fingerprint(text.replace("\n", " ")), fingerprint(text));
});
