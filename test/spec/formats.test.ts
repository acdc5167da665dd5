import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import {
  type Architecture,
  defaultEvaluationOptions,
  type Evaluation,
  type Mapping,
  type MappingLevel,
  type Workload,
} from "../../server/src/engine/model/types.ts";
import { parseCompact, printCompact } from "../../server/src/spec/formats/dosa-compact.ts";
import { parseMapText, printMapText } from "../../server/src/spec/formats/map-txt.ts";
import { printMappingYaml } from "../../server/src/spec/formats/mapping-yaml.ts";
import { exportTimeloop } from "../../server/src/spec/formats/timeloop-export.ts";
import { lowerMapping } from "../../server/src/spec/mapping.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { sharedDir, skipWithoutShared } from "../support/shared.ts";

interface Case {
  id: string;
  text: string;
  architecture: Architecture;
  workload: Workload;
  mapping: Mapping;
}

function read(id: string, text: string): Case {
  const specification = readSpecification([{ uri: id, text }]);
  const { architecture, layers, mappingSource, architectureSource } = specification;
  assert.ok(architecture !== undefined && layers.length > 0 && mappingSource !== undefined, id);
  const { workload } = layers[0];
  const { mapping } = lowerMapping(mappingSource, architecture, workload, architectureSource).value;
  return { id, text, architecture, workload, mapping };
}

function* corpus(): Generator<Case & { mapText: string }> {
  const folder = join(sharedDir()!, "data/timeloop/cases");
  for (const id of readdirSync(folder)) {
    const text = (name: string) => readFileSync(join(folder, id, name), "utf8");
    yield { ...read(id, text("input.yaml")), mapText: text("map.txt") };
  }
}

/** Loops and kept data spaces: all that a map.txt has. */
const withoutFlags = (mapping: Mapping) =>
  mapping.levels.map(({ temporal, spatialX, spatialY, keep }) => ({ temporal, spatialX, spatialY, keep }));

/** Flags with the meaning they have: a list of all false says as much as none. */
const normal = (mapping: Mapping) =>
  mapping.levels.map((level) => {
    const flags = (
      ["noSpatialReuse", "noTemporalReuse", "noLinkTransfer", "rmwFirstUpdate", "noCoalesce"] as const
    ).map((flag) => level[flag]?.map((value) => value) ?? level.keep.map(() => false));
    return { ...withoutFlags({ levels: [level] })[0], flags };
  });

test("every map.txt of the corpus reads as the mapping of its input", { skip: skipWithoutShared }, (t) => {
  let count = 0;
  for (const { id, architecture, workload, mapping, mapText } of corpus()) {
    const parsed = parseMapText({ uri: id, text: mapText }, architecture, workload);
    assert.deepEqual(parsed.problems, [], id);
    assert.deepEqual(withoutFlags(parsed.value), withoutFlags(mapping), id);
    count++;
  }
  t.diagnostic(`${count} map.txt files`);
});

test("what we write as map.txt is Timeloop's to the last character", { skip: skipWithoutShared }, () => {
  for (const { id, architecture, workload, mapping, mapText } of corpus()) {
    const evaluation = {
      levels: tilesOf(mapText, architecture, workload),
    } as unknown as Evaluation;
    assert.equal(printMapText(mapping, architecture, workload, evaluation), mapText, id);
  }
});

/** Tile sizes as the file itself states them, in the shape of an evaluation. */
function tilesOf(mapText: string, architecture: Architecture, workload: Workload) {
  return architecture.storage.map(({ name }) => {
    const line = mapText.split("\n").find((text) => text.startsWith(`${name} [`)) ?? "";
    const dataSpaces = workload.dataSpaces.map((space) => {
      const words = new RegExp(`[ \\[]${space.name}:(\\d+)`).exec(line)?.[1];
      return { tileWords: Number(words ?? 0) };
    });
    return { dataSpaces };
  });
}

test("mapping YAML in both styles reads back as the same mapping", { skip: skipWithoutShared }, () => {
  for (const { id, text, architecture, workload, mapping } of corpus()) {
    const written = printMappingYaml(mapping, architecture, workload, "0.3");
    const specification = readSpecification([{ uri: id, text: written }]);
    assert.deepEqual(specification.problems, [], id);
    const lowered = lowerMapping(specification.mappingSource!, architecture, workload);
    assert.deepEqual(lowered.problems, [], `${id}\n${text}`);
    assert.deepEqual(normal(lowered.value.mapping), normal(mapping), id);
  }
});

test("the exported file reads back as the same design with the same cost", { skip: skipWithoutShared }, () => {
  const options = defaultEvaluationOptions("timeloop");
  let index = 0;
  for (const { id, architecture, workload, mapping } of corpus()) {
    const again = read(id, exportTimeloop(architecture, workload, mapping));
    assert.deepEqual(again.workload.dimensions, workload.dimensions, id);
    assert.deepEqual(again.workload.dataSpaces, workload.dataSpaces, id);
    assert.deepEqual(normal(again.mapping), normal(mapping), id);
    assert.deepEqual(comparable(again.architecture), comparable(architecture), id);
    if (index++ % 10 !== 0) continue;
    const cost = (c: { architecture: Architecture; workload: Workload; mapping: Mapping }) =>
      evaluate(c.architecture, c.workload, c.mapping, options).evaluation;
    assert.deepEqual(cost(again), cost({ architecture, workload, mapping }), id);
  }
});

/** Where an energy came from and how a DRAM was told are no part of what hardware is. */
function comparable({ storage, compute, networks }: Architecture) {
  return {
    storage: storage.map((level) => ({ ...level, energySource: "ert", class: level.technology })),
    compute: { ...compute, energySource: "ert" },
    networks,
  };
}

test("DOSA's mappings survive reading and writing", { skip: skipWithoutShared }, (t) => {
  const path = join(sharedDir()!, "data/dosa/timeloop_mappings.csv.gz");
  const lines = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
  const column = lines[0].split(",").indexOf("mapping.mapping");
  const workload: Workload = {
    name: "cnn",
    dimensions: [..."RSPQCKN"].map((name) => ({ name, bound: 1 })),
    dataSpaces: ["Weights", "Inputs", "Outputs"].map((name) => ({ name, readWrite: name === "Outputs", ranks: [] })),
  };
  for (const line of lines.slice(1)) {
    const text = line.split(",")[column];
    const { value, problems } = parseCompact({ uri: "row", text }, 4, workload);
    assert.deepEqual(problems, [], text);
    assert.equal(printCompact(value, workload), text);
  }
  t.diagnostic(`${lines.length - 1} rows`);
});

test("compact texts: residuals, Y loops, and what is wrong with a place", () => {
  const workload: Workload = {
    name: "w",
    dimensions: [..."CKN"].map((name) => ({ name, bound: 1 })),
    dataSpaces: ["Weights", "Inputs"].map((name) => ({ name, readWrite: false, ranks: [] })),
  };
  const text = "L1[WI] K4;3 C2 C3Y K2X - L0[W] N1";
  const { value, problems } = parseCompact({ uri: "x", text }, 2, workload);
  assert.deepEqual(problems, []);
  const outer: MappingLevel = {
    temporal: [
      { dimension: 0, factor: 2, residual: 2 },
      { dimension: 1, factor: 4, residual: 3 },
    ],
    spatialX: [{ dimension: 1, factor: 2, residual: 2 }],
    spatialY: [{ dimension: 0, factor: 3, residual: 3 }],
    keep: [true, true],
  };
  assert.deepEqual(value.levels[1], outer);
  assert.equal(printCompact(value, workload), text);
  const wrong = "L1[WX] K4 Z2 4K - L7[W] K2";
  assert.deepEqual(
    parseCompact({ uri: "x", text: wrong }, 2, workload).problems.map((p) => [
      p.code,
      wrong.slice(p.location.start, p.location.end),
    ]),
    [
      ["unknown-data-space", "L1[WX] K4 Z2 4K"],
      ["unknown-dimension", "Z2"],
      ["compact-loop", "4K"],
      ["compact-level", "L7[W] K2"],
    ],
  );
});
