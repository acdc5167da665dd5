import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Architecture } from "../../server/src/engine/model/types.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { sharedDir, skipWithoutShared } from "../support/shared.ts";
import { type ReferenceCase, randomReferenceCases, referenceCases } from "../support/timeloop-reference.ts";

// What Timeloop made of each level before it looked at the mapping: `specs` in its results.

type Figures = Record<string, number | string | null>;

/** `storage[].specs` and the arithmetic of a result, by the names there. */
function reference(result: unknown): { storage: (Figures & { specs: Figures })[]; arithmetic: Figures } {
  return result as never;
}

function ourFigures(level: Architecture["storage"][number]): Figures {
  const { capacityWords, multipleBuffering } = level;
  return {
    size: capacityWords,
    effective_size: capacityWords === null ? null : Math.floor(capacityWords / multipleBuffering),
    word_bits: level.wordBits,
    block_size: level.blockSize,
    cluster_size: level.clusterSize,
    instances: level.instances,
    meshX: level.meshX,
    meshY: level.meshY,
    read_bandwidth: level.readBandwidth,
    write_bandwidth: level.writeBandwidth,
    shared_bandwidth: level.sharedBandwidth,
    multiple_buffering: multipleBuffering,
    min_utilization: level.minUtilization,
    num_ports: level.numPorts,
    num_banks: level.numBanks,
    storage_area: level.areaUm2,
    access_energy_source: { ert: "ERT", pat: "PAT", attribute: "user" }[level.energySource],
    read_energy: level.readEnergyPj,
    fill_energy: level.fillEnergyPj,
    update_energy: level.updateEnergyPj,
    leak_energy: level.leakEnergyPj,
  };
}

function differences({ input, result }: ReferenceCase): string[] {
  const { architecture, layers, mappingSource, problems } = readSpecification([{ uri: "input.yaml", text: input }]);
  const found = problems
    .filter(({ severity }) => severity === "error")
    .map(({ code, message }) => `${code}: ${message}`);
  if (architecture === undefined || mappingSource === undefined || layers.length !== 1) return [...found, "unread"];
  const theirs = reference(result);
  const compare = (where: string, ours: Figures, other: Figures) => {
    for (const [key, value] of Object.entries(ours)) {
      const expected = other[key];
      const close =
        typeof value === "number" && typeof expected === "number"
          ? Math.abs(value - expected) <= 1e-14 * Math.abs(expected)
          : value === expected;
      if (!close) found.push(`${where} ${key} ${value}, Timeloop ${expected}`);
    }
  };
  compare("levels", { count: architecture.storage.length }, { count: theirs.storage.length });
  architecture.storage.forEach((level, index) => {
    const other = theirs.storage[index];
    if (other === undefined) return;
    compare(level.name, ourFigures(level), other.specs);
    compare(level.name, { name: level.name, technology: level.technology }, other);
  });
  const { compute } = architecture;
  const { name, instances, meshX, meshY } = compute;
  compare("compute", { name, instances, meshX, meshY, word_bits: compute.wordBits }, theirs.arithmetic);
  const energies = { energy_per_compute_spec: compute.energyPj, area_per_instance: compute.areaUm2 };
  compare("compute", energies, theirs.arithmetic);
  return found;
}

function check(title: string, cases: readonly ReferenceCase[]): void {
  const failures = cases.flatMap((one) => {
    const found = differences(one);
    return found.length === 0 ? [] : [`${one.id}: ${found.slice(0, 4).join("; ")}`];
  });
  console.log(`${title}: ${cases.length - failures.length} of ${cases.length} inputs read as Timeloop reads them`);
  assert.deepEqual(failures, []);
}

test("levels of the reference cases", { skip: skipWithoutShared }, () => check("reference cases", referenceCases()));

test("levels of the random cases", { skip: skipWithoutShared }, () => check("random cases", randomReferenceCases()));

test("every invalid reference input that Timeloop refuses on reading has an error where it is wrong", {
  skip: skipWithoutShared,
}, () => {
  const expected: Record<string, [code: string, place: RegExp]> = {
    mesh_not_dividing_instances: ["mesh-mismatch", /^15$/],
    depth_and_sizeKB: ["size-given-twice", /^3$/],
    unsupported_arch_version: ["unsupported-architecture-version", /^0\.5$/],
    unsupported_ERT_version: ["unsupported-ert-version", /^0\.9$/],
    "ART_version_0.2": ["unsupported-art-version", /^0\.2$/],
    num_ports_3: ["unsupported-ports", /^3$/],
    zero_bound: ["not-a-whole-number", /^0$/],
    multichar_dimension: ["long-dimension-name", /^RR$/],
    unknown_dim_in_projection: ["unknown-dimension", /^X$/],
    tab_indent_yaml: ["yaml-tab", /^\t$/],
  };
  const path = join(sharedDir()!, "data", "timeloop", "invalid", "cases.jsonl");
  let seen = 0;
  for (const line of readFileSync(path, "utf8").trim().split("\n")) {
    const { kind, input_yaml: text } = JSON.parse(line);
    if (expected[kind] === undefined) continue;
    seen++;
    const [code, place] = expected[kind];
    const errors = readSpecification([{ uri: kind, text }]).problems.filter((problem) => problem.severity === "error");
    const found = errors.find((problem) => problem.code === code);
    assert.ok(found, `${kind}: ${errors.map((problem) => problem.code)}`);
    assert.match(text.slice(found.location.start, found.location.end), place);
  }
  assert.equal(seen, Object.keys(expected).length);
});
