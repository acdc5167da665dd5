import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type HardwareSpace, hardwareSpace, instantiate } from "../../server/src/engine/model/relaxed/hardware.ts";
import { type ArchitectureEdit, editArchitecture } from "../../server/src/spec/architecture-edit.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import type { SourceFile } from "../../server/src/syntax/source.ts";
import { repositoryRoot } from "../support/shared.ts";

const examples = join(repositoryRoot, "examples");
const folders = readdirSync(examples).filter((name) => !name.endsWith(".md"));

function design(folder: string, restyle = (text: string) => text): SourceFile[] {
  return ["arch.yaml", "ert.yaml", "gemm.yaml"].map((name) => ({
    uri: `file:///${folder}/${name}`,
    text: restyle(readFileSync(join(examples, folder, name), "utf8")),
  }));
}

/** Sizes between a word and four times the template's; sides up to twice. */
const sizesOf = ({ buffers, sides, template }: HardwareSpace, leastSide: number) =>
  fc.record({
    capacityWords: fc.tuple(
      ...buffers.map((buffer, l) =>
        buffer === null ? fc.constant(null) : fc.integer({ min: 1, max: 4 * template.storage[l].capacityWords! }),
      ),
    ),
    sides: fc.tuple(...sides.map(({ size }) => fc.integer({ min: leastSide, max: 2 * size }))),
  });

const comments = (text: string) => [...text.matchAll(/#.*$/gm)].map(([comment]) => comment.trim());
/** A text with every number or product of numbers and variables as 0. */
const numbers = (text: string) => {
  const term = "(?:[-\\d.]+(?:e-?\\d+)?|buffer_kib|rows_per_kib|side)";
  return text.replace(/#.*$/gm, "").replace(new RegExp(`${term}(?: \\* ${term})*`, "g"), "0");
};

function resized(
  files: SourceFile[],
  space: HardwareSpace,
  sizes: Parameters<typeof instantiate>[1],
): ArchitectureEdit {
  return editArchitecture(files, readSpecification(files), instantiate(space, sizes));
}

for (const folder of folders) {
  for (const [style, restyle] of [
    ["as written", (text: string) => text],
    ["with CRLF", (text: string) => text.replace(/\n/g, "\r\n")],
  ] as const) {
    test(`${folder} ${style}: any sizes are written, only numbers change, and it reads back as wanted`, () => {
      const files = design(folder, restyle);
      const space = hardwareSpace(readSpecification(files).architecture!, "all");
      fc.assert(
        fc.property(sizesOf(space, folder.endsWith("v0.4") ? 2 : 1), (sizes) => {
          const edit = resized(files, space, sizes);
          assert.ok(edit.obstacle === undefined, edit.obstacle);
          const wanted = instantiate(space, sizes);
          assert.equal(edit.architecture.compute.meshX, wanted.compute.meshX);
          assert.equal(edit.architecture.compute.meshY, wanted.compute.meshY);
          for (const [l, { capacityWords, blockSize, instances }] of wanted.storage.entries()) {
            const rows = capacityWords === null ? null : Math.ceil(capacityWords / blockSize) * blockSize;
            assert.equal(edit.architecture.storage[l].capacityWords, rows);
            assert.equal(edit.architecture.storage[l].instances, instances);
          }
          for (const [i, { text }] of edit.files.entries()) {
            assert.deepEqual(comments(text), comments(files[i].text));
            assert.equal(numbers(text), numbers(files[i].text));
          }
          const again = editArchitecture(edit.files, readSpecification(edit.files), edit.architecture);
          assert.deepEqual(again.obstacle === undefined ? again.edits : again.obstacle, []);
        }),
        { numRuns: 25 },
      );
    });
  }

  test(`${folder}: the sizes it has change no byte`, () => {
    const files = design(folder);
    const specification = readSpecification(files);
    const edit = editArchitecture(files, specification, specification.architecture!);
    assert.deepEqual(edit.obstacle === undefined ? edit.edits : edit.obstacle, []);
  });
}

test("a v0.4 fan-out that needs one child keeps two, and its level", () => {
  const files = design("eyeriss-like-v0.4");
  const space = hardwareSpace(readSpecification(files).architecture!, "all");
  const capacityWords = space.template.storage.map((level, l) => (space.buffers[l] ? level.capacityWords : null));
  const edit = resized(files, space, { capacityWords, sides: [1, 1] });
  assert.ok(edit.obstacle === undefined, edit.obstacle);
  assert.equal(edit.architecture.storage.length, space.template.storage.length);
  assert.deepEqual([edit.architecture.compute.meshX, edit.architecture.compute.meshY], [2, 1]);
});

test("what the files cannot say is an obstacle in words", () => {
  const [architecture, ...rest] = design("three-level");
  const space = hardwareSpace(readSpecification([architecture, ...rest]).architecture!, "all");
  const sizes = { capacityWords: [64, 8192, null], sides: [4] };
  const obstacle = (text: string) => resized([{ ...architecture, text }, ...rest], space, sizes).obstacle;
  const { text } = architecture;
  assert.equal(obstacle(text), undefined);
  const shared = text
    .replace("attributes: {depth: 128", "attributes: &both {depth: 128")
    .replace("attributes: {datawidth: 16, meshX: 4}", "attributes: *both");
  assert.equal(obstacle(shared), undefined, "the compute unit has no depth of its own");
  const twin = text.replace("- name: MAC", "- {name: Twin, class: regfile, attributes: *both}\n        - name: MAC");
  const bound = twin.replace("attributes: {depth: 128", "attributes: &both {depth: 128");
  const files = [{ ...architecture, text: bound }, ...rest];
  const wider = hardwareSpace(readSpecification(files).architecture!, "all");
  const apart = resized(files, wider, { capacityWords: [64, 32, 8192, null], sides: [4] });
  assert.match(apart.obstacle ?? "", /shared with another component/);
});
