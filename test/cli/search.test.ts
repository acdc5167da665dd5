import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { mapspace } from "../support/cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { repositoryRoot } from "../support/shared.ts";

const scratch = scratchFolder();

const folder = join(repositoryRoot, "examples/eyeriss-like");
const names = ["arch.yaml", "ert.yaml", "constraints.yaml", "gemm.yaml", "gemm.map.yaml"];
const design = names.map((name) => join(folder, name));
const json = (args: readonly string[]) => {
  const { status, out, err } = mapspace(["search", "--json", ...args, ...design]);
  assert.equal(status, 0, err);
  return JSON.parse(out);
};

test("exact proves its optimum; evaluate agrees with it; verify accepts the proof and nothing else", () => {
  const written = join(scratch, "best.map.yaml");
  const proof = join(scratch, "proof.json");
  const result = json(["--write", written, "--certificate", proof]);
  assert.equal(result.gap, 0);
  assert.equal(result.complete, true);

  // Alone in another folder the mapping costs the same: its modeline names the energy tables too.
  const checked = mapspace(["evaluate", "--json", written]);
  const cost = JSON.parse(checked.out);
  assert.equal(cost.cycles, result.best.cycles);
  assert.ok(Math.abs(cost.energyPj - result.best.energyPj) <= 1e-9 * cost.energyPj);
  // Comments about other factors stay behind; the modeline comes along.
  assert.match(readFileSync(design[4], "utf8"), /^# .*mapspace:/m);
  const comments = readFileSync(written, "utf8")
    .split("\n")
    .filter((line) => line.includes("#"));
  assert.ok(
    comments.length > 0 && comments.every((line) => line.startsWith("# mapspace: architecture=")),
    comments.join(),
  );

  assert.equal(mapspace(["verify", proof, ...design]).status, 0);
  const lie = JSON.parse(readFileSync(proof, "utf8"));
  lie.incumbent.cycles -= 1;
  writeFileSync(join(scratch, "lie.json"), JSON.stringify(lie));
  const refused = mapspace(["verify", join(scratch, "lie.json"), ...design]);
  assert.equal(refused.status, 1);
  assert.match(refused.out, /does not hold/);

  // It names its files, as seen from where it lies.
  assert.deepEqual(
    JSON.parse(readFileSync(proof, "utf8"))
      .design.files.map((file: string) => basename(file))
      .sort(),
    [...names].sort(),
  );
  assert.equal(mapspace(["verify", proof]).status, 0);
  const elsewhere = join(scratch, "elsewhere.json");
  writeFileSync(elsewhere, JSON.stringify({ ...JSON.parse(readFileSync(proof, "utf8")), design: undefined }));
  const nameless = mapspace(["verify", elsewhere]);
  assert.equal(nameless.status, 2);
  assert.match(nameless.err, /it names no files; name the files of the design after the certificate/);
  assert.equal(mapspace(["verify", elsewhere, ...design]).status, 0);
});

test("a certificate that is not formed as one is told by the place, not by a crash", () => {
  const proof = join(scratch, "form.json");
  json(["--certificate", proof]);
  const certificate = JSON.parse(readFileSync(proof, "utf8"));
  for (const [change, message] of [
    [{ incumbent: {} }, /does not hold: incumbent\.mapping must be an object/],
    [{ bound: null }, /does not hold: bound must be a number above 0/],
    [{ labels: [{ spread: [[0]], keep: [], bound: 1 }] }, /labels\[0\]\.spread\[0\] must be a list of two numbers/],
  ] as const) {
    writeFileSync(proof, JSON.stringify({ ...certificate, ...change }));
    const { status, out } = mapspace(["verify", proof]);
    assert.equal(status, 1);
    assert.match(out, message);
  }
});

test("the number of jobs does not change what is found, and no search beats the proof", () => {
  const optimum = json([]).best.value;
  const flags = ["--strategy", "random", "--evaluations", "6000", "--seed", "7"];
  const [one, two] = ["1", "2"].map((jobs) => json([...flags, "--jobs", jobs]));
  assert.deepEqual(one.best, two.best);
  assert.deepEqual(one.front, two.front);
  const ends = new RegExp(`Pareto front: ${one.front.length} mappings, from .* mJ in [\\d,]+ cycles to `);
  assert.match(mapspace(["search", ...flags, ...design]).out, ends);
  assert.ok(one.best.value >= optimum * (1 - 1e-9));
  const local = json(["--strategy", "local", "--evaluations", "6000"]);
  assert.ok(local.best.value >= optimum * (1 - 1e-9));
});

test("a contradiction names the constraints that make it", () => {
  const file = join(scratch, "contradiction.yaml");
  writeFileSync(
    file,
    "mapspace_constraints:\n- {target: DRAM, type: temporal, factors: M=0}\n- {target: GlobalBuffer, type: temporal, factors: M=0}\n",
  );
  const { status, err } = mapspace([
    "search",
    ...["arch.yaml", "ert.yaml", "gemm.yaml"].map((name) => join(folder, name)),
    file,
  ]);
  assert.equal(status, 1);
  assert.match(err, /contradiction\.yaml:2:\d+: M=0/);
  assert.match(err, /contradiction\.yaml:3:\d+: M=0/);
});

test("a mapping that does not run is not compared with, and the search says so", () => {
  const example = join(repositoryRoot, "examples/three-level");
  const files = ["arch.yaml", "ert.yaml", "gemm.yaml"].map((name) => join(example, name));
  const given = readFileSync(join(example, "gemm.map.yaml"), "utf8").replace(/^# mapspace:.*/, "");
  const flags = ["--strategy", "local", "--evaluations", "2000"];
  const found = (name: string, text: string) => {
    const mapping = join(scratch, name);
    writeFileSync(mapping, text);
    const { status, out, err } = mapspace(["search", ...flags, ...files, mapping]);
    assert.equal(status, 0, err);
    return out;
  };
  assert.match(found("runs.yaml", given), /before/);
  for (const [name, change] of [
    ["too-large.yaml", [/M=8 N=4 K=4/, "M=32 N=4 K=4", /M=8 N=6 K=8/, "M=2 N=6 K=8"]],
    ["no-level.yaml", [/target: Buffer/, "target: Bufer", /target: Buffer/, "target: Bufer"]],
  ] as const) {
    const out = found(name, given.replace(change[0], change[1]).replace(change[2], change[3]));
    assert.doesNotMatch(out, /before/, name);
    assert.match(out, /given mapping is not compared/, name);
  }
});

test("a folder of several mappings is not one design", () => {
  const { status, err } = mapspace(["search", join(repositoryRoot, "examples/three-level")]);
  assert.equal(status, 2);
  assert.match(err, /name one of the mappings .*gemm\.map\.yaml.*resnet50-conv3x3\.map\.yaml/);
});

test("wrong words", () => {
  for (const args of [
    ["--mapspace", "rubi"],
    ["--evaluations", "-3"],
    ["--mapspace", "ruby"],
    ["--strategy", "random", "--certificate", "x"],
  ]) {
    assert.equal(mapspace(["search", ...args, ...design]).status, 2, args.join(" "));
  }
});

test("however short its time, a search tries something", () => {
  for (const strategy of ["exact", "random", "local"]) {
    const result = json(["--strategy", strategy, "--seconds", "0.001"]);
    assert.ok(result.evaluations > 0 && result.best.energyPj > 0, strategy);
  }
});

test("Ctrl-C keeps the best so far and certifies its gap", {
  timeout: 240_000,
  skip: !existsSync("/proc/self"),
}, async () => {
  // Two units leave few spreads to bound, the large window long descents to stop.
  const toy = ["arch.yaml", "ert.yaml", "resnet50-conv3x3.yaml"].map((name) => {
    const text = readFileSync(join(repositoryRoot, "examples/three-level", name), "utf8")
      .replace(/PE\[0\.\.15\]/g, "PE[0..1]")
      .replace(/meshX: 4/g, "meshX: 2")
      .replace(/instance: .*/, "instance: {N: 2, K: 128, C: 64, P: 350, Q: 80, R: 5, S: 5, Hstride: 2, Wstride: 2}");
    writeFileSync(join(scratch, name), text);
    return join(scratch, name);
  });
  const proof = join(scratch, "stopped.json");
  const args = ["search", "--certificate", proof, "--json", ...toy];
  const search = spawn(process.execPath, ["bin/mapspace.js", ...args], { cwd: repositoryRoot });
  let out = "";
  search.stdout.on("data", (data) => {
    out += data;
  });
  const ended = new Promise<number | null>((resolve) => search.once("exit", resolve));
  // Some CPU time into the search, however busy the machine is: fields 14 and 15, in hundredths of a second.
  const spent = () => {
    const [user, system] = readFileSync(`/proc/${search.pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13);
    return Number(user) + Number(system);
  };
  while (spent() < 200) await sleep(20);
  search.kill("SIGINT");
  assert.equal(await ended, 0);
  const stopped = JSON.parse(out);
  assert.equal(stopped.complete, false);
  assert.ok(stopped.bound > 0 && stopped.best.value >= stopped.bound);
  const checked = mapspace(["verify", proof, ...toy]);
  assert.equal(checked.status, 0, checked.out + checked.err);
});

test("what is wrong with a design is told before the search: errors end it, warnings do not", () => {
  const [arch, ert, constraints, problem] = design.slice(0, 4).map((path) => readFileSync(path, "utf8"));
  const whole = join(scratch, "whole.yaml");
  const run = (architecture: string, constrained: string) => {
    writeFileSync(whole, [architecture, ert, constrained, problem].join("\n"));
    return mapspace(["search", "--strategy", "random", "--evaluations", "500", whole]);
  };
  const misspelt = run(arch.replace("depth:", "depht:"), constraints);
  assert.equal(misspelt.status, 1);
  assert.match(misspelt.err, /whole\.yaml:\d+:\d+: error unknown-attribute: .*depht/);
  assert.equal(misspelt.out, "");
  const elsewhere = run(arch, constraints.replace(/target: \w+/, "target: Bufer"));
  assert.equal(elsewhere.status, 1);
  assert.match(elsewhere.err, /error unknown-target: .*Bufer/);
  const unknown = run(arch, constraints.replace("bypass:", "bypas:"));
  assert.equal(unknown.status, 0, unknown.err);
  assert.match(unknown.err, /whole\.yaml:\d+:\d+: warning [\w-]+: .*bypas/);
});

test("--write keeps what else a file holds, and says beforehand where it cannot write", () => {
  const search = (...flags: string[]) =>
    mapspace(["search", "--strategy", "random", "--evaluations", "2000", ...flags, ...design.slice(0, 4)]);
  const problem = join(scratch, "with-mapping.yaml");
  const before = readFileSync(design[3], "utf8");
  writeFileSync(problem, before);
  assert.equal(search("--write", problem).status, 0);
  const text = readFileSync(problem, "utf8");
  assert.ok(text.startsWith(before) && /^mapping:$/m.test(text.slice(before.length)), text);

  const notes = join(scratch, "notes.txt");
  writeFileSync(notes, "bread, milk\n");
  for (const [flag, file, why] of [
    ["--write", notes, /holds something else than a design/],
    ["--write", scratch, /is a folder; name a file/],
    ["--write", join(scratch, "none/best.yaml"), /there is no folder .*none/],
    ["--certificate", join(scratch, "none/proof.json"), /there is no folder .*none/],
  ] as const) {
    const refused = search(flag, file, ...(flag === "--certificate" ? ["--strategy", "exact"] : []));
    assert.equal(refused.status, 2);
    assert.match(refused.err, why);
  }
  assert.equal(readFileSync(notes, "utf8"), "bread, milk\n");
});

test("a result that is worse than the given mapping is marked and not written; long times and useless flags are told", () => {
  const file = join(scratch, "worse.yaml");
  const result = json(["--strategy", "random", "--evaluations", "20000", "--seconds", "1e9", "--write", file]);
  assert.ok(result.worse && result.written === null && !existsSync(file));
  assert.ok(result.before.edpPjCycles < result.best.value);
  assert.equal(result.evaluations, 20_000);
  const refused = mapspace(["search", "--strategy", "gradient", "--victory", "5", ...design]);
  assert.equal(refused.status, 2);
  assert.match(refused.err, /--victory goes with --strategy random, local or exhaustive; not gradient/);
});

test("--counting costs both mappings by that rule too, as evaluate does", () => {
  const written = join(scratch, "recosted.map.yaml");
  const { recosted } = json(["--strategy", "local", "--counting", "timeloop", "--write", written]);
  const evaluated = JSON.parse(mapspace(["evaluate", "--json", "--counting", "timeloop", written]).out);
  assert.equal(recosted.after.cycles, evaluated.cycles);
  assert.ok(Math.abs(recosted.after.energyPj / evaluated.energyPj - 1) < 1e-9);
  const given = JSON.parse(mapspace(["evaluate", "--json", "--counting", "timeloop", ...design]).out);
  assert.equal(recosted.before.edpPjCycles, given.edpPjCycles);
  const { out } = mapspace(["search", "--strategy", "local", "--counting", "timeloop", ...design]);
  assert.match(out, /Counted by the rule timeloop:\n\n.*before.*after/);
  assert.equal(mapspace(["search", "--counting", "tim", ...design]).status, 2);
});
