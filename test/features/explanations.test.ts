import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { explanations } from "../../server/src/features/explain-level.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import type { SourceFile } from "../../server/src/syntax/source.ts";
import { analyse, explained } from "../../server/src/workspace/analysis.ts";
import { repositoryRoot } from "../support/shared.ts";

const numberOf = (text: string) => Number(text.replaceAll(",", ""));

/** The value of a derivation as a reader works it out; names, words and units do not count. */
function worth(derivation: string): number {
  const terms = derivation
    .replaceAll(/\([A-Za-z][^()]*\)|\([^()]*, rounded up\)/g, "")
    .replaceAll(/(words to|sums from) \d+ instances?( at once)?/g, "")
    .replaceAll(/[A-Za-z,]/g, "")
    .replaceAll("−", "-")
    .replaceAll("×", "*")
    .replaceAll("÷", "/");
  assert.match(terms, /^[\d.+*/() -]+$/);
  return new Function(`return ${terms}`)() as number;
}

/** Every line of energy multiplies out to what it says and to what the model says. */
function energiesAddUp(files: SourceFile[], counting: "exact" | "timeloop", counts: string[] = []): string[] {
  const analysis = analyse(readSpecification(files), { counting });
  const [entry] = analysis.layers;
  const evaluation = explained(analysis, entry)!;
  const about = {
    architecture: analysis.specification.architecture!,
    workload: entry.layer.workload,
    mapping: entry.lowered!.mapping,
  };
  return evaluation.levels.flatMap((level, l) => {
    const lines = explanations(about, evaluation, l).flatMap((block) => block.split("\n"));
    for (const line of lines) {
      const [, derivation, total] =
        / = ([^=]+) = ([\d,]+)(?: \(words sent| for [\d,]+ mult|\. Timeloop walks)/.exec(line) ?? [];
      if (derivation === undefined) continue;
      assert.equal(worth(derivation), numberOf(total), line);
      counts.push(line);
    }
    const energies = lines.filter((line) => / energy\*\* = /.test(line));
    const spaces = level.dataSpaces.map(({ total }, d) => [about.workload.dataSpaces[d].name, total.energyPj] as const);
    const all = new Map<string, number>([...spaces, [level.name, level.energyPj]]);
    for (const [name, energyPj] of spaces) {
      if (energyPj > 0)
        assert.ok(
          energies.some((line) => line.includes(`**${name} energy**`)),
          `${level.name} ${name}`,
        );
    }
    for (const line of energies) {
      const [, name, derivation, total] = /\*\*(.+) energy\*\* = (.+) = ([\d.,]+) pJ/.exec(line)!;
      const close = (value: number) =>
        assert.ok(Math.abs(value - all.get(name)!) <= 1e-9 * all.get(name)!, `${line}: ${value}, ${all.get(name)}`);
      close(numberOf(total));
      close(worth(derivation));
    }
    return energies;
  });
}

for (const counting of ["exact", "timeloop"] as const) {
  test(`the energy of examples adds up, counted as ${counting}`, () => {
    const folder = join(repositoryRoot, "examples/three-level");
    const names = ["arch.yaml", "ert.yaml", "gemm.yaml", "gemm.map.yaml"];
    assert.ok(names.every((name) => readdirSync(folder).includes(name)));
    const files = names.map((uri) => ({ uri, text: readFileSync(join(folder, uri), "utf8") }));
    assert.ok(energiesAddUp(files, counting).length > 8);
  });

  test(`blocks that are not full, clusters, leakage and addresses are in it, counted as ${counting}`, () => {
    const text = `
architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {width: 128, word_bits: 16, vector_access_energy: 512}}
    - name: Buffer
      class: SRAM
      attributes: {entries: 4096, block_size: 16, word_bits: 16, addr_gen_energy: 0.3}
    subtree:
    - name: PE[0..3]
      local:
      - name: Registers
        class: regfile
        attributes: {entries: 64, word_bits: 16, block_size: 4, cluster_size: 2, meshX: 4, vector_access_energy: 0.7}
      - {name: MAC, class: intmac, attributes: {datawidth: 16, meshX: 4, energy: 1}}
ERT:
  version: 0.3
  tables:
  - name: System.Buffer
    actions: [{name: read, energy: 8.1}, {name: write, energy: 9.2}, {name: update, energy: 9.2}, {name: leak, energy: 0.25}]
problem:
  shape:
    dimensions: [M, N, K]
    data_spaces:
    - {name: A, projection: [[[M]], [[K]]]}
    - {name: B, projection: [[[K]], [[N]]]}
    - {name: C, projection: [[[M]], [[N]]], read_write: true}
  instance: {M: 6, N: 10, K: 7}
mapping:
- {target: DRAM, type: temporal, factors: M=3 N=5 K=1, permutation: KNM}
- {target: Buffer, type: temporal, factors: M=1 N=1 K=7, permutation: KNM}
- {target: Buffer, type: spatial, factors: M=2 N=2, permutation: MNK}
- {target: Registers, type: temporal, factors: M=1 N=1 K=1, permutation: KNM}
`;
    const lines = energiesAddUp([{ uri: "design.yaml", text }], counting).join("\n");
    for (const part of [
      /3 accesses \(42 fills in blocks of 16 words, rounded up\)/,
      /instances in a cluster/,
      /\(leakage/,
      /\(addresses\)/,
      /over 4 instances/,
    ])
      assert.match(lines, part);
  });
}

test("counts of Timeloop's rule say what one instance sends, and that multiplies out", () => {
  const text = readFileSync(join(repositoryRoot, "test/features/fixtures/common/arch.yaml"), "utf8");
  const layer = `
problem:
  shape:
    dimensions: [C, K, P, R]
    data_spaces:
    - {name: Weights, projection: [[[C]], [[K]], [[R]]]}
    - {name: Inputs, projection: [[[C]], [[P], [R]]]}
    - {name: Outputs, projection: [[[K]], [[P]]], read_write: true}
  instance: {C: 8, K: 12, P: 14, R: 3}
mapping:
- {target: DRAM, type: temporal, factors: "C=4 K=1 P=2 R=1", permutation: PCKR}
- {target: Buffer, type: temporal, factors: "C=2 K=3 P=2 R=1", permutation: PCKR}
- {target: Buffer, type: spatial, factors: "C=1 K=4 P=4,2 R=1", permutation: KPCR, split: 1}
- {target: Registers, type: temporal, factors: "C=1 K=1 P=1 R=3", permutation: RPCK}
`;
  const counts: string[] = [];
  energiesAddUp([{ uri: "design.yaml", text: text + layer }], "timeloop", counts);
  assert.match(counts.join("\n"), /Outputs fills.* that are new, .*\(words sent/);
});
