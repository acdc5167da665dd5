import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { mapspace } from "../support/cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { repositoryRoot } from "../support/shared.ts";

const scratch = scratchFolder();

const folder = "examples/eyeriss-like";
const conv = `${folder}/resnet50-conv3x3.map.yaml`;
const whole = ["arch.yaml", "ert.yaml", "gemm.yaml", "gemm.map.yaml"]
  .map((name) => readFileSync(join(repositoryRoot, folder, name), "utf8"))
  .join("\n");

test("evaluate prints a table with the bottleneck, the energy split and every level", () => {
  const { status, out } = mapspace(["evaluate", conv]);
  assert.equal(status, 0);
  for (const part of ["688,128", "bound by", "Energy", "GlobalBuffer", "Weights", "Smallest buffers"]) {
    assert.ok(out.includes(part), part);
  }
});

test("evaluate --json has the documented shape, and totals are instances times averages", () => {
  const { status, out } = mapspace(["evaluate", "--json", conv]);
  assert.equal(status, 0);
  const json = JSON.parse(out);
  assert.equal(json.macs, 64 * 64 * 56 * 56 * 9);
  assert.equal(json.edpPjCycles, json.energyPj * json.cycles);
  assert.equal(json.levels[json.levels.length - 1].name, "DRAM");
  const parts = json.levels.reduce((sum: number, level: { energyPj: number }) => sum + level.energyPj, 0);
  const networks = json.networks.reduce((sum: number, network: { energyPj: number }) => sum + network.energyPj, 0);
  assert.ok(Math.abs(parts + networks + json.compute.energyPj - json.energyPj) < 1e-6 * json.energyPj);
  for (const level of json.levels) {
    for (const space of Object.values<Record<string, Record<string, number>>>(level.dataSpaces)) {
      for (const key of ["reads", "fills", "updates", "temporalReductions", "energyPj"]) {
        const expected = space.perInstance[key] * Number(space.utilizedInstances);
        assert.ok(Math.abs(space.total[key] - expected) <= 1e-6 * Math.max(1, expected), `${level.name} ${key}`);
      }
    }
  }
  assert.ok(json.seconds > 0 && json.gops > 0 && json.topsPerWatt > 0 && json.averagePowerWatts > 0);
  for (const { code, severity, message, file, range } of json.problems) {
    assert.ok(code && severity && message && file && range.start.line >= 1 && range.start.column >= 1);
  }
  assert.equal(json.terms, undefined);
  assert.ok(JSON.parse(mapspace(["evaluate", "--json", "--terms", conv]).out).terms.cycles);
});

test("a design comes from standard input as well as from files", () => {
  const fromInput = JSON.parse(mapspace(["evaluate", "--json", "-"], whole).out);
  const fromFiles = JSON.parse(mapspace(["evaluate", "--json", `${folder}/gemm.map.yaml`]).out);
  assert.equal(fromInput.energyPj, fromFiles.energyPj);
  assert.equal(fromInput.cycles, fromFiles.cycles);
});

test("the modeline of standard input counts from the folder at hand", () => {
  const mapping = readFileSync(join(repositoryRoot, folder, "gemm.map.yaml"), "utf8").replace(
    /^# mapspace:.*$/m,
    `# mapspace: architecture=${folder}/arch.yaml problem=${folder}/gemm.yaml ert=${folder}/ert.yaml`,
  );
  const { energyPj } = JSON.parse(mapspace(["evaluate", "--json", "-"], mapping).out);
  assert.equal(energyPj, JSON.parse(mapspace(["evaluate", "--json", `${folder}/gemm.map.yaml`]).out).energyPj);
});

test("a folder stands for the mappings of the folders in it too", () => {
  const { out } = mapspace(["check", "--quiet", "--json", "--each", "examples"]);
  const files = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).file);
  assert.ok(files.includes(conv) && files.some((file: string) => file.startsWith("examples/simba-like-v0.4/")), out);
});

test("convert --to v0.4 writes a design that costs the same", () => {
  const { status } = mapspace(["convert", "--to", "v0.4", "-o", join(scratch, "v04"), `${folder}/gemm.map.yaml`]);
  assert.equal(status, 0);
  const before = JSON.parse(mapspace(["evaluate", "--json", `${folder}/gemm.map.yaml`]).out);
  const after = JSON.parse(mapspace(["evaluate", "--json", join(scratch, "v04/gemm.map.yaml")]).out);
  assert.deepEqual([after.cycles, after.macs], [before.cycles, before.macs]);
  assert.ok(Math.abs(after.energyPj - before.energyPj) <= 1e-9 * before.energyPj);
  assert.equal(mapspace(["convert", "--to", "v0.4", join(scratch, "v04/gemm.map.yaml")]).status, 2);
});

test("--each prints one line per file, and a folder stands for its mappings", () => {
  const { out, status } = mapspace(["evaluate", "--each", conv, `${folder}/gemm.map.yaml`]);
  assert.equal(status, 0);
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ file }) => file),
    [conv, `${folder}/gemm.map.yaml`],
  );
  const both = mapspace(["evaluate", "--json", folder])
    .out.trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(new Set(both.map(({ cycles }) => cycles)), new Set(lines.map(({ cycles }) => cycles)));
});

test("a network has totals at the top and its layers below", () => {
  const json = JSON.parse(mapspace(["evaluate", "--json", "examples/gemmini-like/bert-projections.map.yaml"]).out);
  assert.ok(json.layers.length > 1);
  const cycles = json.layers.reduce(
    (sum: number, layer: { count: number; cycles: number }) => sum + layer.count * layer.cycles,
    0,
  );
  assert.equal(json.cycles, cycles);
});

test("counting and link flags change what is counted; a file may state them", () => {
  const read = (args: string[], input?: string) => JSON.parse(mapspace(["evaluate", "--json", ...args], input).out);
  assert.equal(read([conv]).counting, "exact");
  assert.equal(read(["--counting", "timeloop", conv]).counting, "timeloop");
  assert.equal(read(["-"], `${whole}\nevaluate: {counting: timeloop}\n`).counting, "timeloop");
  assert.equal(read(["--counting", "exact", "-"], `${whole}\nevaluate: {counting: timeloop}\n`).counting, "exact");
});

test("errors: status 1 with place, code and numbers; usage: status 2", () => {
  const broken = join(scratch, "broken.yaml");
  writeFileSync(broken, whole.replace(/K=(\d+)/, "K=99"));
  const { status, out } = mapspace(["check", broken]);
  assert.equal(status, 1);
  assert.match(out, /broken\.yaml:\d+:\d+: error factor-product: .*768/);
  assert.equal(mapspace(["evaluate", broken]).status, 1);
  for (const [args, words] of [
    [["evaluate"], /at least one file/],
    [["evaluate", "no-such-file.yaml"], /no such file/],
    [["evaluate", "--counting", "guess", conv], /exact, timeloop/],
    [["evaluate", "--bogus", conv], /bogus/],
    [["frobnicate"], /no command/],
    [["compare", conv], /two files/],
    [["export", conv], /--timeloop/],
  ] as const) {
    const run = mapspace(args);
    assert.equal(run.status, 2, args.join(" "));
    assert.match(run.err, words);
  }
});

test("evaluate names the files that it found, and the one that keeps it from an answer", () => {
  const folder = mkdtempSync(join(scratch, "beside-"));
  cpSync(join(repositoryRoot, "examples/three-level"), folder, { recursive: true });
  const mapping = join(folder, "gemm.map.yaml");
  assert.match(mapspace(["evaluate", mapping]).err, /note: found \S*arch\.yaml, \S*gemm\.yaml, \S*ert\.yaml/);
  const named = mapspace(["evaluate", join(folder, "arch.yaml"), join(folder, "gemm.yaml"), mapping]);
  assert.doesNotMatch(named.err, /note: found/);
  const architecture = join(folder, "arch.yaml");
  writeFileSync(architecture, readFileSync(architecture, "utf8").replace("\n  version", "\n\tversion"));
  const { status, out } = mapspace(["evaluate", mapping]);
  assert.equal(status, 1);
  assert.match(out, /no cost, because \S*arch\.yaml cannot be read: A tab/);
});

test("evaluate reads the whole folder of a mapping, and says what it left out", () => {
  const parent = mkdtempSync(join(scratch, "many-"));
  const example = (name: string) => readFileSync(join(repositoryRoot, "examples/three-level", name), "utf8");
  const mapping = example("gemm.map.yaml").replace(/^# mapspace:.*\n/gm, "");
  for (const folder of ["own", "other", "maps"]) mkdirSync(join(parent, folder));
  const layers = (folder: string) => {
    for (let i = 0; i < 210; i++) {
      writeFileSync(join(parent, folder, `layer${1000 + i}.yaml`), example("gemm.yaml").replace("512", `${513 + i}`));
    }
  };
  layers("own");
  layers("other");
  writeFileSync(join(parent, "own/simba.yaml"), example("arch.yaml"));
  writeFileSync(join(parent, "own/map.yaml"), mapping);
  const own = mapspace(["evaluate", join(parent, "own/map.yaml")]);
  assert.match(own.err, /note: found \S*simba\.yaml/);
  assert.doesNotMatch(own.err, /may hold/);
  // Another mapping, whose architecture is the last of too many files in the folder beside its own.
  rmSync(join(parent, "own"), { recursive: true });
  writeFileSync(join(parent, "other/simba.yaml"), example("arch.yaml"));
  writeFileSync(join(parent, "maps/map.yaml"), mapping);
  const tables = `${example("ert.yaml")}${"# a line that says nothing\n".repeat(700_000)}`;
  writeFileSync(join(parent, "maps/ert.yaml"), tables);
  const { err } = mapspace(["evaluate", join(parent, "maps/map.yaml")]);
  assert.match(err, /note: 11 more files in the folders around may hold the architecture; name the right one/);
  assert.match(err, /note: \S*ert\.yaml has 1[78][.\d]* MB and was not read \(limit 16 MB\); name it/);
});

test("a file that a modeline names and nobody can read is told, and is no wrong usage", (t) => {
  const unreadable = "/proc/self/mem";
  if (!existsSync(unreadable)) return t.skip("needs a file that is there and cannot be read");
  const mapping = join(scratch, "alone.map.yaml");
  writeFileSync(mapping, `# mapspace: architecture=${unreadable}\nmapping:\n- {target: DRAM, type: temporal}\n`);
  const { status, out, err } = mapspace(["evaluate", mapping]);
  assert.equal(status, 1);
  assert.match(out, /there is no readable architecture/);
  assert.match(err, /architecture=\/proc\/self\/mem names no readable file/);
});

test("flags that are none, lack a value or take none are told in our words", () => {
  const told = (...flags: string[]) => {
    const { status, err } = mapspace(["evaluate", ...flags]);
    assert.equal(status, 2);
    return err;
  };
  assert.match(told("--jsn"), /there is no flag --jsn here; did you mean --json\?/);
  assert.match(told("--frobnicate"), /there is no flag --frobnicate here; --help lists what there is/);
  assert.match(told("-x"), /there is no flag -x here/);
  assert.match(told("--counting"), /--counting takes a value; there is none after it/);
  assert.match(told("--counting", "--json"), /--counting takes a value; "--json" looks like a flag/);
  assert.match(told("--json=yes"), /--json takes no value; not "yes"/);
});

test("check is quiet about a sound design, and says where a file does not concern it", () => {
  const { status, out } = mapspace(["check", "--quiet", conv]);
  assert.equal(status, 0);
  assert.equal(out, "");
  const nothing = mapspace(["check", "-"], "services: {web: 1}\n");
  assert.equal(nothing.status, 1);
  assert.match(nothing.out, /missing-architecture/);
});

test("compare shows both sides and their ratio", () => {
  const twin = "examples/eyeriss-like-v0.4/resnet50-conv3x3.map.yaml";
  const { status, out } = mapspace(["compare", conv, twin]);
  assert.equal(status, 0);
  assert.match(out, /cycles/);
  const { ratio, a, b } = JSON.parse(mapspace(["compare", "--json", conv, twin]).out);
  assert.equal(ratio.cycles, b.cycles / a.cycles);
});

test("what is exported for Timeloop evaluates to the same counts", () => {
  const file = join(scratch, "exported.yaml");
  assert.equal(mapspace(["export", "--timeloop", "-o", file, `${folder}/gemm.map.yaml`]).status, 0);
  const cost = (path: string) => {
    const { cycles, levels, compute } = JSON.parse(
      mapspace(["evaluate", "--json", "--counting", "timeloop", path]).out,
    );
    return { cycles, compute, levels: levels.map((level: Record<string, unknown>) => ({ ...level })) };
  };
  assert.deepEqual(cost(file), cost(`${folder}/gemm.map.yaml`));
});

test("convert goes to the compact form, to map.txt and back", () => {
  const design = ["arch.yaml", "gemm.yaml"].map((name) => `${folder}/${name}`);
  const yaml = mapspace(["convert", `${folder}/gemm.map.yaml`]).out;
  for (const to of ["compact", "map.txt"]) {
    const file = join(scratch, `mapping.${to}`);
    assert.equal(mapspace(["convert", "--to", to, "-o", file, `${folder}/gemm.map.yaml`]).status, 0);
    const loops = (text: string) => text.replaceAll(/permutation: \w+/g, "");
    assert.equal(loops(mapspace(["convert", file, ...design]).out), loops(yaml), to);
  }
  const compact = mapspace(["convert", "--to", "compact", `${folder}/gemm.map.yaml`]).out.trim();
  const [architecture, problem] = design.map((name) => join(repositoryRoot, name));
  const inYaml = join(scratch, "compact.map.yaml");
  for (const value of [compact, `"${compact}"`, `${compact}  # found by a search`]) {
    writeFileSync(inYaml, `# mapspace: architecture=${architecture} problem=${problem}\nmapping: ${value}\n`);
    assert.match(
      mapspace(["check", inYaml]).out,
      /not-a-list: This is the compact form of a mapping.*mapspace convert/,
    );
    assert.equal(mapspace(["convert", inYaml]).out, mapspace(["convert", ...design, inYaml]).out);
    assert.equal(mapspace(["convert", "--to", "compact", inYaml]).out.trim(), compact);
  }
});

test("--format timeloop prints statistics in Timeloop's layout", () => {
  const { out } = mapspace(["evaluate", "--format", "timeloop", "--counting", "timeloop", conv]);
  for (const part of [
    "Level 0\n-------",
    "=== GlobalBuffer ===",
    "Scalar reads (per-instance)",
    "Summary Stats",
    "Cycles: 688128",
  ]) {
    assert.ok(out.includes(part), part);
  }
});

test("help is there for the tool and each command, and the version is the package's", () => {
  assert.match(mapspace(["--help"]).out, /evaluate/);
  for (const command of ["evaluate", "compare", "check", "convert", "export"]) {
    const { out, status } = mapspace([command, "--help"]);
    assert.equal(status, 0);
    assert.match(out, new RegExp(`Usage: mapspace ${command}`));
  }
  const { version } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8"));
  assert.equal(mapspace(["--version"]).out.trim(), version);
});

test("README shows what the tool prints", () => {
  const readme = readFileSync(join(repositoryRoot, "README.md"), "utf8");
  const block = /```\n( +cycles [\s\S]*?)```/.exec(readme)![1].trimEnd();
  assert.ok(mapspace(["evaluate", conv]).out.includes(block), block);
});

test("files that are named come before the modeline, and foreign files are refused", () => {
  const small = join(scratch, "small.yaml");
  const arch = readFileSync(join(repositoryRoot, folder, "arch.yaml"), "utf8");
  writeFileSync(small, arch.replace("depth: 224", "depth: 100"));
  const { status, out } = mapspace(["check", conv, small]);
  assert.equal(status, 1);
  assert.match(out, /capacity: WeightSpad/);
  assert.doesNotMatch(out, /second-architecture/);
  const compact = join(scratch, "compact.txt");
  writeFileSync(compact, mapspace(["convert", "--to", "compact", `${folder}/gemm.map.yaml`]).out);
  const refused = mapspace(["evaluate", compact, `${folder}/arch.yaml`, `${folder}/gemm.yaml`]);
  assert.equal(refused.status, 2);
  assert.match(refused.err, /mapspace convert/);
  const unpaired = mapspace(["evaluate", "--json", `${folder}/arch.yaml`, `${folder}/gemm.yaml`]);
  assert.match(unpaired.out, /missing-mapping/);
});

test("a batch goes on past a file that cannot be read", () => {
  const { status, out } = mapspace(["evaluate", "--each", "no-such.yaml", conv]);
  assert.equal(status, 1);
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(lines[0].problems[0].code, "unreadable-file");
  assert.equal(lines[1].cycles, 688128);
});

test("a search does not hand out or write a mapping worse than the one it was given", () => {
  const file = join(scratch, "worse.yaml");
  const flags = ["--strategy", "random", "--evaluations", "2000", "--jobs", "1", "--write", file];
  const { status, out } = mapspace(["search", conv, ...flags]);
  assert.equal(status, 0);
  assert.match(out, /given mapping is better .*nothing was written/);
  assert.equal(existsSync(file), false);
});
