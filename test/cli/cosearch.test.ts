import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { mapspace } from "../support/cli.ts";
import { constantLatencyModel } from "../support/latency-model.ts";
import { scratchFolder } from "../support/scratch.ts";
import { repositoryRoot } from "../support/shared.ts";

const folder = scratchFolder();

const architecture = join(folder, "arch.yaml");
writeFileSync(
  architecture,
  `architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {word_bits: 8, block_size: 8, shared_bandwidth: 8}}
    - {name: Buffer, class: SRAM, attributes: {entries: 8192, word_bits: 8, shared_bandwidth: 16}}
    subtree:
    - name: Rows[0..7]
      local:
      - {name: Register, class: SRAM, attributes: {entries: 4, word_bits: 8}}
      - {name: MAC, class: intmac, attributes: {datawidth: 8}}
constraints:
- {target: Buffer, type: spatial, factors: N=1}
`,
);
const layers = join(folder, "layers");
mkdirSync(layers);
const gemm = (name: string, m: number, n: number, k: number) =>
  writeFileSync(
    join(layers, `${name}.yaml`),
    `problem:
  shape:
    name: gemm
    dimensions: [M, N, K]
    data_spaces:
    - {name: A, projection: [[[M]], [[K]]]}
    - {name: B, projection: [[[K]], [[N]]]}
    - {name: C, projection: [[[M]], [[N]]], read_write: true}
  instance: {M: ${m}, N: ${n}, K: ${k}}
`,
  );
gemm("first", 32, 24, 16);
gemm("second", 8, 64, 48);

const cosearch = (...flags: string[]) => mapspace(["cosearch", architecture, layers, "--evaluations", "400", ...flags]);

test("a design is written that evaluates to what was reported; the same seed gives it again", () => {
  const target = join(folder, "out");
  const { status, out } = cosearch("--json", "--write", target);
  assert.equal(status, 0);
  const found = JSON.parse(out);
  assert.deepEqual(
    found.layers.map((layer: { name: string }) => layer.name),
    ["first", "second"],
  );
  let energy = 0;
  let cycles = 0;
  for (const { name, mappingYaml } of found.layers) {
    const cost = JSON.parse(mapspace(["evaluate", "--json", join(target, `${name}.map.yaml`)]).out);
    energy += cost.energyPj;
    cycles += cost.cycles;
    assert.match(mappingYaml, /target: Buffer, type: spatial, factors: M=\d+ N=1 K=\d+/);
  }
  assert.ok(Math.abs(energy / found.energyPj - 1) < 1e-9);
  assert.equal(cycles, found.cycles);
  assert.ok(readdirSync(target).includes("architecture.yaml"));
  const again = JSON.parse(cosearch("--json").out);
  assert.deepEqual(again.layers, found.layers);
});

test("a finished state is read again; one of other inputs is refused", () => {
  const state = join(folder, "state.json");
  const first = JSON.parse(cosearch("--json", "--state", state).out);
  const kept = readFileSync(state, "utf8");
  const again = JSON.parse(cosearch("--json", "--state", state).out);
  assert.deepEqual(again.layers, first.layers);
  assert.equal(readFileSync(state, "utf8"), kept);
  const other = cosearch("--seed", "9", "--state", state);
  assert.equal(other.status, 2);
  assert.match(other.err, /belongs to other files or flags/);
});

test("the mappings size what they may: nothing, the buffers, the array too; one layer or all", () => {
  const sizes = (...flags: string[]) => {
    const { status, out } = cosearch("--json", "--evaluations", "2000", ...flags);
    assert.equal(status, 0);
    const { hardware, energyPj, cycles } = JSON.parse(out);
    const level = (name: string) => hardware.levels.find((l: { name: string }) => l.name === name);
    return { buffer: level("Buffer").capacityWords, rows: level("Register").instances, edp: energyPj * cycles };
  };
  const fixed = sizes("--hardware", "fixed");
  assert.deepEqual([fixed.buffer, fixed.rows], [8192, 8]);
  const buffers = sizes("--hardware", "buffers");
  assert.equal(buffers.rows, 8);
  assert.ok(buffers.buffer < 8192);
  const all = sizes("--hardware", "all");
  assert.ok(all.rows > 8);
  assert.ok(all.edp < buffers.edp && buffers.edp < fixed.edp);
  const alone = mapspace(["cosearch", architecture, join(layers, "first.yaml"), "--hardware", "fixed", "--json"]);
  assert.equal(JSON.parse(alone.out).layers.length, 1);
});

test("published fits price a buffer by its size; maxima may be smooth", () => {
  const target = join(folder, "fits");
  assert.equal(cosearch("--fits", "Buffer=scratchpad", "--temperature", "0.1", "--write", target).status, 0);
  const text = readFileSync(join(target, "architecture.yaml"), "utf8");
  const words = Number(/name: Buffer[\s\S]*?entries: (\d+)/.exec(text)?.[1]);
  const energy = Number(/Buffer[\s\S]*?energy: ([\d.e+-]+)/.exec(text.slice(text.indexOf("ERT")))?.[1]);
  assert.ok(Math.abs(energy - (0.49 + (0.02513 * words) / 1024)) < 1e-9, `${words} words, ${energy} pJ`);
  assert.match(cosearch("--fits", "Buffer=sram").err, /--fits takes LEVEL=FIT/);
  assert.match(cosearch("--fits", "DRAM=scratchpad").err, /no level named or of class "DRAM".*Buffer \(SRAM\)/);
  assert.match(cosearch("--temperature", "1").err, /--temperature takes a number from 0 to below 1/);
});

test("Ctrl-C keeps the best so far; the state goes on as if never stopped", { timeout: 120_000 }, async () => {
  const state = join(folder, "interrupted.json");
  const args = ["cosearch", architecture, layers, "--evaluations", "20000", "--json"];
  const search = spawn(process.execPath, ["bin/mapspace.js", ...args, "--state", state], { cwd: repositoryRoot });
  let out = "";
  search.stdout.on("data", (data) => {
    out += data;
  });
  const ended = new Promise<number | null>((resolve) => search.once("exit", resolve));
  while (!existsSync(state)) await sleep(5);
  search.kill("SIGINT");
  assert.equal(await ended, 0);
  const stopped = JSON.parse(out);
  assert.equal(stopped.complete, false);
  assert.ok(stopped.evaluations < 20_000 && stopped.layers.length === 2);
  const resumed = JSON.parse(mapspace([...args, "--state", state]).out);
  const whole = JSON.parse(mapspace(args).out);
  assert.ok(resumed.complete && whole.complete);
  assert.deepEqual(resumed.layers, whole.layers);
  assert.equal(resumed.edpPjCycles, whole.edpPjCycles);
});

test("where nothing is found it says which layer does not fit and why", () => {
  const small = join(folder, "small.yaml");
  writeFileSync(
    small,
    readFileSync(architecture, "utf8").replace("entries: 8192", "entries: 1") +
      "- {target: Buffer, type: bypass, keep: [A, B, C]}\n",
  );
  const { status, err } = mapspace(["cosearch", small, layers, "--hardware", "fixed", "--evaluations", "50"]);
  assert.equal(status, 1);
  assert.match(err, /no design was found .*Nearest to fitting:\n {2}first: Buffer has room for 1 of 3 words\n/);
  assert.match(err, / {2}second: Buffer has room for 1 of 3 words/);
});

test("what was before, what is used and how busy it is, is told where it is known; the clock is kept", () => {
  const design = mkdtempSync(join(folder, "design-"));
  const template = join(design, "arch.yaml");
  // A buffer that the mappings cannot use: constraints bypass it.
  writeFileSync(
    template,
    readFileSync(architecture, "utf8")
      .replace("- name: System\n", "- name: System\n    attributes: {global_cycle_seconds: 2e-9}\n")
      .concat("- {target: Buffer, type: bypass, bypass: [A, B, C]}\n"),
  );
  const mapping = join(design, "map.yaml");
  writeFileSync(
    mapping,
    "mapping:\n- {target: DRAM, type: temporal, factors: M=32 N=24 K=16}\n- {target: Buffer, type: bypass, bypass: [A, B, C]}\n",
  );
  const problem = join(layers, "first.yaml");
  const given = JSON.parse(mapspace(["evaluate", "--json", template, problem, mapping]).out);
  const run = ["cosearch", template, problem, mapping, "--hardware", "buffers", "--evaluations", "400"];
  const target = join(design, "out");
  const {
    before,
    hardware,
    layers: found,
    utilization,
  } = JSON.parse(mapspace([...run, "--json", "--write", target]).out);
  assert.deepEqual(before, { cycles: given.cycles, energyPj: given.energyPj, edpPjCycles: given.edpPjCycles });
  assert.deepEqual(
    hardware.levels.map((level: { name: string; used: boolean }) => [level.name, level.used]),
    [
      ["Register", true],
      ["Buffer", false],
      ["DRAM", true],
    ],
  );
  assert.equal(utilization, found[0].utilization);
  const written = JSON.parse(mapspace(["evaluate", "--json", join(target, "first.map.yaml")]).out);
  assert.equal(written.utilization, utilization);
  assert.ok(Math.abs(written.seconds / (written.cycles * 2e-9) - 1) < 1e-12);
  const { out } = mapspace(run);
  assert.match(out, /Buffer +\d+ +bypassed/);
  assert.match(out, /before +[\d,]+ .*\n\n +area unknown; EDP .* against the mapping given/);
  const model = join(design, "model.json");
  const known = { levels: ["Register", "Buffer", "DRAM"], meshX: 8, meshY: 1, dimensions: ["M", "N", "K"] };
  writeFileSync(model, JSON.stringify(constantLatencyModel(known, 3)));
  const learned = JSON.parse(mapspace([...run, "--latency-model", model, "--json"]).out);
  const times = (a: number, b: number) => assert.ok(Math.abs(a / b - 3) < 1e-9, `${a} / ${b}`);
  times(learned.before.cycles, given.cycles);
  times(learned.before.edpPjCycles, given.edpPjCycles);
  const both = [mapping, mapping, "--with", template, "--with", problem];
  const compared = JSON.parse(mapspace(["compare", ...both, "--latency-model", model, "--json"]).out);
  times(compared.a.learnedCycles, given.cycles);
  assert.equal(compared.ratio.learnedCycles, 1);
  assert.match(mapspace(["compare", ...both, "--latency-model", model]).out, /cycles, learned/);
});

test("what cannot be searched is said; what is wrong with the files is no wrong usage", () => {
  const { status, err } = mapspace(["cosearch", architecture]);
  assert.deepEqual([status, err], [1, "mapspace: there is no readable problem in the files\n"]);
  for (const command of [["search"], ["evaluate"], ["codesign", "--area", "1"]])
    assert.equal(mapspace([...command, architecture]).status, 1, command[0]);
  assert.match(cosearch("--hardware", "none").err, /--hardware takes fixed, buffers, all/);
  assert.match(cosearch("--algorithm", "random", "--state", "x").err, /--state goes with/);
  assert.match(cosearch("--evalutions", "5").err, /there is no flag --evalutions here; did you mean --evaluations\?/);
});

test("what cannot be written is told before the search, and the result before what fails after it", () => {
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  for (const [flags, message] of [
    [["--write", file], `${file} is a file; name a folder`],
    [["--write", join(file, "inner")], `${join(file, "inner")}: ${file} is a file; name a folder`],
    [["--state", join(folder, "nowhere", "s.json")], `there is no folder ${join(folder, "nowhere")}`],
    [["--state", folder], `${folder}: is no state of a co-search; remove it or name another file`],
  ] as const) {
    const { status, out, err } = cosearch("--json", ...flags);
    assert.deepEqual([status, out], [2, ""], err);
    assert.ok(err.includes(message), err);
  }
  const target = mkdtempSync(join(folder, "blocked-"));
  mkdirSync(join(target, "architecture.yaml"));
  const { status, out, err } = cosearch("--json", "--write", target);
  assert.equal(status, 1);
  assert.equal(JSON.parse(out).layers.length, 2);
  assert.equal(err, `mapspace: ${join(target, "architecture.yaml")} cannot be written (EISDIR)\n`);
  // Where the state is written first cannot be: the search goes on.
  const state = join(target, "s.json");
  mkdirSync(`${state}.new`);
  const unkept = cosearch("--json", "--state", state);
  assert.equal(unkept.status, 0);
  assert.equal(unkept.err, `${state} cannot be written (EISDIR); the search goes on without it\n`);
  assert.equal(JSON.parse(unkept.out).layers.length, 2);
});

test("a state whose checkpoint says nothing is refused", () => {
  const file = join(folder, "damaged.json");
  cosearch("--state", file);
  const state = JSON.parse(readFileSync(file, "utf8"));
  const { evaluations, bestStart } = state.checkpoint;
  for (const damaged of [
    null,
    { ...state, checkpoint: {} },
    { ...state, checkpoint: { start: -1, evaluations, bestStart } },
    { ...state, checkpoint: { start: 1, evaluations: null, bestStart } },
    { ...state, best: {} },
  ]) {
    writeFileSync(file, JSON.stringify(damaged));
    const { status, err } = cosearch("--state", file);
    assert.deepEqual(
      [status, err],
      [2, `mapspace: ${file}: is no state of a co-search; remove it or name another file\n`],
    );
  }
});

test("a file of a folder that is no YAML and no part of the design is left out, with a warning", () => {
  const network = mkdtempSync(join(folder, "network-"));
  const problem = readFileSync(join(layers, "first.yaml"), "utf8");
  writeFileSync(join(network, "first.yaml"), problem);
  writeFileSync(join(network, "list.yaml"), `- first\nproblem:\n  shape: cnn-layer\n`);
  const run = () => mapspace(["cosearch", architecture, network, "--evaluations", "50", "--json"]);
  const { status, out, err } = run();
  assert.equal(status, 0, err);
  assert.equal(JSON.parse(out).layers.length, 1);
  assert.match(err, /list\.yaml:2:1: warning yaml-\S+: .* The file is left out: it holds no readable layer, arch.*\n$/);
  // One that is named, and one that is a layer but for a mistake, are errors.
  const named = mapspace(["cosearch", architecture, join(network, "first.yaml"), join(network, "list.yaml")]);
  assert.equal(named.status, 1);
  assert.match(named.err, /list\.yaml:2:1: error yaml-/);
  writeFileSync(join(network, "second.yaml"), `${problem}<<<<<<< ours\n  x: 1\n=======\n  x: 2\n>>>>>>> theirs\n`);
  assert.match(run().err, /second\.yaml:\d+:1: error merge-conflict/);
});

test("templates are rendered, with the variables given", () => {
  const template = "examples/three-level-v0.4/top.yaml.jinja2";
  const run = (file: string, ...flags: string[]) =>
    JSON.parse(mapspace(["cosearch", file, "--evaluations", "60", "--json", ...flags]).out);
  const [convolution, gemm] = [run(template), run(template, "--set", "layer=gemm")];
  assert.deepEqual([convolution.layers[0].name, gemm.layers[0].name], ["Convolution", "MatrixMultiply"]);
  assert.ok(gemm.before.energyPj > 0);
  const state = join(folder, "templated.json");
  run(template, "--state", state);
  const other = mapspace(["cosearch", template, "--evaluations", "60", "--state", state, "--set", "layer=gemm"]);
  assert.match(other.err, /belongs to other files or flags/);
  const wrong = join(folder, "wrong.yaml.jinja2");
  writeFileSync(wrong, "problem: {{ include('nowhere.yaml', 'problem') }}\n");
  assert.match(mapspace(["cosearch", architecture, wrong]).err, /wrong\.yaml\.jinja2:1:.* error .*nowhere\.yaml/);
});
