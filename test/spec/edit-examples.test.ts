import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { Loop, Mapping } from "../../server/src/engine/model/types.ts";
import { applyEdits, editMapping } from "../../server/src/spec/edit.ts";
import { lowerMapping } from "../../server/src/spec/mapping.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { repositoryRoot } from "../support/shared.ts";

const examples = join(repositoryRoot, "examples");

function open(folder: string, mappingName: string, mappingText?: string) {
  const names = readdirSync(join(examples, folder));
  const layer = mappingName.replace(".map.yaml", ".yaml");
  const files = ["arch.yaml", layer, mappingName]
    .filter((name) => names.includes(name))
    .map((name) => ({ uri: name, text: readFileSync(join(examples, folder, name), "utf8") }));
  if (mappingText !== undefined) files[files.length - 1].text = mappingText;
  const { architecture, layers, mappingSource, architectureSource } = readSpecification(files);
  assert.ok(architecture && mappingSource, folder);
  const { workload } = layers[0];
  const { mapping } = lowerMapping(mappingSource, architecture, workload, architectureSource).value;
  return { file: files[files.length - 1], mapping, context: { architecture, workload, architectureSource } };
}

const comments = (text: string) => [...text.matchAll(/#.*$/gm)].map((match) => match[0].trim());
const normal = ({ levels }: Mapping) =>
  levels.map(({ temporal, spatialX, spatialY, keep }) => ({ temporal, spatialX, spatialY, keep }));

/** Other orders, splits, factors and bypasses of a mapping. */
function variants(mapping: Mapping): fc.Arbitrary<Mapping> {
  const shuffled = (loops: readonly Loop[]) => fc.shuffledSubarray([...loops], { minLength: loops.length });
  const levels = mapping.levels.map((level) =>
    fc
      .record({
        temporal: shuffled(level.temporal),
        inSpace: shuffled([...level.spatialX, ...level.spatialY]),
        cut: fc.nat(3),
        more: fc.nat(2),
        keep: fc.oneof(fc.constant(level.keep), fc.tuple(...level.keep.map(() => fc.boolean()))),
      })
      .map(({ temporal, inSpace, cut, more, keep }) => ({
        ...level,
        temporal: temporal.map((loop) => ({ ...loop, factor: loop.factor + more })),
        spatialX: inSpace.slice(0, cut),
        spatialY: inSpace.slice(cut),
        keep,
      })),
  );
  return fc.tuple(...levels).map((all) => ({ levels: all }));
}

for (const folder of readdirSync(examples).filter((name) => !name.includes(".md"))) {
  for (const name of readdirSync(join(examples, folder)).filter((file) => file.endsWith(".map.yaml"))) {
    test(`${folder}/${name}: another mapping is written between its comments`, () => {
      const { file, mapping, context } = open(folder, name);
      assert.deepEqual(editMapping(file, mapping, context), []);
      fc.assert(
        fc.property(variants(mapping), (wanted) => {
          const edits = editMapping(file, wanted, context);
          assert.ok(edits !== null);
          const { text } = applyEdits(file, edits);
          assert.deepEqual(comments(text), comments(file.text));
          assert.deepEqual(normal(open(folder, name, text).mapping), normal(wanted), text);
        }),
        { numRuns: 10 },
      );
    });
  }
}
