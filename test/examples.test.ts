/** Every example reads without an error and evaluates validly, and the v0.3 and v0.4 form of a design cost the same. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { readInputs } from "../server/src/cli/inputs.ts";
import { evaluatedLayers, openSession, type Session } from "../server/src/cli/session.ts";
import type { CountingRule, Evaluation } from "../server/src/engine/model/types.ts";
import { repositoryRoot } from "./support/shared.ts";

const examples = join(repositoryRoot, "examples");
const folders = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function sessions(path: string, counting: CountingRule = "exact"): Session[] {
  return readInputs([join(examples, path)], false).map((input) => openSession(input, { overrides: { counting } }));
}

function evaluations(session: Session): Evaluation[] {
  return evaluatedLayers(session).map(({ evaluation }) => evaluation);
}

const isFanout = (level: { name: string }) => level.name.startsWith("inter_");

/** What a twin must repeat: everything but the fan-out levels of v0.4 and the networks between them. */
function comparable(evaluation: Evaluation) {
  const { cycles, energyPj, areaUm2, macs, utilization, compute, levels } = evaluation;
  return { cycles, energyPj, areaUm2, macs, utilization, compute, levels: levels.filter((level) => !isFanout(level)) };
}

test("each design is there in v0.3 and in v0.4", () => {
  const plain = folders.filter((folder) => !folder.endsWith("-v0.4"));
  assert.deepEqual(plain, ["eyeriss-like", "gemmini-like", "simba-like", "three-level"]);
  for (const folder of plain) assert.ok(folders.includes(`${folder}-v0.4`), folder);
});

for (const folder of folders) {
  for (const session of sessions(folder)) {
    test(`${folder}/${basename(session.input.name)} is a valid mapping of every layer`, () => {
      assert.deepEqual(
        session.problems.filter((problem) => problem.severity === "error" || problem.severity === "warning"),
        [],
      );
      assert.deepEqual(session.input.notes, []);
      assert.ok(session.analysis.layers.length > 0);
      for (const { layer, outcome } of session.analysis.layers) {
        assert.deepEqual(outcome?.violations, []);
        const macs = layer.workload.dimensions.reduce((product, { bound }) => product * bound, 1);
        assert.equal(outcome?.evaluation?.macs, macs);
        assert.equal(outcome?.evaluation?.compute.computes, macs);
      }
    });
  }
}

for (const folder of folders.filter((name) => !name.endsWith("-v0.4"))) {
  for (const counting of ["exact", "timeloop", "timeloop-2022"] as const) {
    test(`${folder} costs the same in v0.4, counted as ${counting}`, () => {
      const plain = sessions(folder, counting);
      const twins = sessions(`${folder}-v0.4`, counting);
      assert.deepEqual(
        twins.map(({ input }) => basename(input.name)),
        plain.map(({ input }) => basename(input.name)),
      );
      assert.deepEqual(
        twins.map((session) => evaluations(session).map(comparable)),
        plain.map((session) => evaluations(session).map(comparable)),
      );
    });
  }
}

test("the template is the design it puts together", () => {
  const [template] = sessions("three-level-v0.4/top.yaml.jinja2");
  const [direct] = sessions("three-level-v0.4/resnet50-conv3x3.map.yaml");
  assert.deepEqual(
    template.problems.filter((problem) => problem.severity === "error"),
    [],
  );
  assert.deepEqual(evaluations(template), evaluations(direct));
});

test("layers of a network count as often as they occur", () => {
  const [session] = sessions("gemmini-like/bert-projections.map.yaml");
  assert.deepEqual(
    session.analysis.layers.map(({ layer }) => [layer.workload.name, layer.count]),
    [
      ["tokens-128", 48],
      ["tokens-256", 48],
      ["tokens-512", 48],
    ],
  );
});

test("the worked example of docs/model.md", () => {
  const [evaluation] = evaluations(sessions("three-level/gemm.map.yaml")[0]);
  const [registers, buffer, dram] = evaluation.levels;
  const [weights, inputs, outputs] = [0, 1, 2];
  assert.deepEqual(
    registers.dataSpaces.map(({ tileWords }) => tileWords),
    [16, 32, 32],
  );
  assert.deepEqual(
    buffer.dataSpaces.map(({ tileWords }) => tileWords),
    [12_288, 6_144, 8_192],
  );
  assert.equal(dram.dataSpaces[weights].total.reads, 4_718_592);
  assert.equal(dram.dataSpaces[inputs].total.reads, 2_359_296);
  assert.equal(dram.dataSpaces[outputs].total.updates, 393_216);
  assert.equal(dram.dataSpaces[outputs].total.reads, 0);
  assert.equal(registers.dataSpaces[weights].total.fills, 37_748_736);
  assert.equal(buffer.dataSpaces[weights].total.reads, 37_748_736);
  assert.equal(registers.dataSpaces[inputs].total.fills, 75_497_472);
  assert.equal(buffer.dataSpaces[inputs].total.reads, 18_874_368);
  assert.equal(buffer.dataSpaces[outputs].total.updates, 3_145_728);
  assert.equal(buffer.dataSpaces[outputs].total.reads, 2_752_512);
  assert.equal(evaluation.cycles, 18_874_368);
  assert.equal(milliJoules(evaluation), 2.236);
});

const milliJoules = (evaluation: Evaluation) => Number((evaluation.energyPj / 1e9).toFixed(3));

test("the changes that docs/model.md proposes", () => {
  const [session] = sessions("three-level/gemm.map.yaml");
  const changed = (changes: readonly (readonly [string, string])[]) => {
    const files = session.input.files.map((file) =>
      file.uri === session.input.name
        ? { ...file, text: changes.reduce((text, [from, to]) => text.replace(from, to), file.text) }
        : file,
    );
    return evaluations(openSession({ ...session.input, files }, { overrides: {} }))[0];
  };
  const wider = changed([
    ["M=8 N=6 K=8", "M=4 N=6 K=16"],
    ["M=8 N=8 K=6", "M=16 N=8 K=3"],
  ]);
  assert.equal(milliJoules(wider), 1.879);
  const stationary = changed([["permutation: KMN", "permutation: MKN"]]);
  assert.equal(milliJoules(stationary), 2.245);
  const buffer = stationary.levels[1];
  assert.equal(buffer.dataSpaces[0].total.reads, 4_718_592);
  assert.equal(buffer.dataSpaces[2].total.updates, 18_874_368);
});
