import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fillTemplate, readNumber, runCommand } from "../../server/src/external/command.ts";
import { endTree } from "../../server/src/external/end-tree.ts";
import { mapspace } from "../support/cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { repositoryRoot } from "../support/shared.ts";

const scratch = scratchFolder();

const design = ["arch.yaml", "gemm.yaml", "ert.yaml", "constraints.yaml"].map(
  (name) => `examples/gemmini-like/${name}`,
);

function script(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

const run = (path: string, timeoutMs = 20_000, retries = 0) =>
  runCommand(fillTemplate(`node {script}`, { script: path }), { timeoutMs, retries });

/** A cost that only a mapping's file can tell; every call leaves a line in `calls`. */
const costOfMapping = `
const { appendFileSync, readFileSync } = require("node:fs");
const [mapping, calls] = process.argv.slice(2);
const text = readFileSync(mapping, "utf8");
appendFileSync(calls, "called\\n");
let cost = 1;
for (const [, level, factors] of text.matchAll(/target: (\\w+), type: temporal, factors: ([^,]*)/g))
  for (const [, n] of factors.matchAll(/=(\\d+)/g)) cost += level.length * Math.log(Number(n));
`;

const lines = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
const results = (path: string): { point: number[]; value: number | null; failure?: string }[] =>
  lines(path)
    .map((line) => JSON.parse(line))
    .filter((line) => "point" in line);

test("the number is the last line, and nothing but a number above 0", () => {
  assert.deepEqual(readNumber("starting\n 12.5e3 \n\n"), { value: 12500 });
  for (const text of ["", "\n", "12 cycles\n", "NaN", "Infinity", "0", "-4", "{}"]) {
    assert.ok("failure" in readNumber(text), text);
  }
});

test("paths with blanks and quotes reach the command whole", async () => {
  const odd = script("it's a name.cjs", `console.log(process.argv[2].length)`);
  const result = await runCommand(fillTemplate("node {script} {mapping}", { script: odd, mapping: "/a b/$x'y" }), {
    timeoutMs: 20_000,
    retries: 0,
  });
  assert.deepEqual(result, { value: 9 });
  assert.equal(fillTemplate("a {other}", {}), "a {other}");
});

test("a slow command is waited for", async () => {
  const slow = script("slow.cjs", `setTimeout(() => console.log(4), 1500)`);
  const begun = Date.now();
  assert.deepEqual(await run(slow), { value: 4 });
  assert.ok(Date.now() - begun >= 1500);
});

test("commands that fail, hang, flood or print rubbish give a failure", async () => {
  const said = async (text: string, timeout?: number) => {
    const result = await run(script("command.cjs", text), timeout);
    assert.ok("failure" in result);
    return result.failure;
  };
  assert.match(await said(`console.log(5); console.error("no licence"); process.exit(3)`), /status 3.*no licence/);
  assert.match(await said(`setInterval(() => {}, 1000)`, 400), /more than 0.4 s/);
  assert.match(await said(`console.log("segmentation fault")`), /no number: segmentation fault/);
  assert.match(await said(`for (let i = 0; i < 3e5; i++) console.log("x".repeat(50))`), /no number/);
  assert.match(await said(`process.kill(process.pid, "SIGKILL")`), /SIGKILL|status 137/);
});

test("what a hanging command started ends with it", { skip: process.platform === "win32" }, async () => {
  const alive = join(scratch, "alive");
  const inner = script(
    "inner.cjs",
    `setInterval(() => require("node:fs").appendFileSync(${JSON.stringify(alive)}, "."), 50)`,
  );
  await run(script("outer.cjs", `require("node:child_process").spawnSync("node", [${JSON.stringify(inner)}])`), 1500);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const size = lines(alive).join().length;
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(lines(alive).join().length, size);
});

test("on Windows taskkill ends the whole tree", { skip: process.platform === "win32" }, () => {
  const folder = mkdtempSync(join(scratch, "path-"));
  writeFileSync(join(folder, "taskkill"), `#!/bin/sh\necho "$@" > ${join(folder, "asked")}\n`, { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  try {
    endTree(4711, "win32");
  } finally {
    process.env.PATH = PATH;
  }
  assert.equal(readFileSync(join(folder, "asked"), "utf8").trim(), "/pid 4711 /T /F");
});

test("a failed run is tried again", async () => {
  const seen = join(scratch, "tried");
  const flaky = script(
    "flaky.cjs",
    `const fs = require("node:fs");
     fs.appendFileSync(${JSON.stringify(seen)}, "x");
     if (fs.readFileSync(${JSON.stringify(seen)}, "utf8").length < 3) process.exit(1);
     console.log(7);`,
  );
  assert.deepEqual(await run(flaky, 20_000, 3), { value: 7 });
});

test("a search survives an evaluator of all bad habits", () => {
  const calls = join(scratch, "habits-calls");
  const log = join(scratch, "habits.jsonl");
  const habits = script(
    "habits.cjs",
    `${costOfMapping}
    const n = readFileSync(calls, "utf8").split("\\n").length;
    if (n % 5 === 2) process.exit(9);
    else if (n % 5 === 3) console.log("rubbish");
    else if (n % 7 === 4) setInterval(() => {}, 1000);
    else console.log("thinking\\n" + cost);`,
  );
  const command = `node ${habits} {mapping} ${calls}`;
  const flags = ["--evaluator", command, "--log", log, "--timeout", "5", "--retries", "0", "--jobs", "2"];
  const { status, out, err } = mapspace([
    "search",
    "--strategy",
    "bayes",
    "--evaluations",
    "14",
    "--json",
    ...flags,
    ...design,
  ]);
  assert.equal(status, 0, err);
  const json = JSON.parse(out);
  const found = results(log);
  assert.equal(found.length, 14);
  assert.equal(json.evaluations, 14);
  const values = found.flatMap(({ value }) => (value === null ? [] : [value]));
  assert.equal(json.failures, 14 - values.length);
  assert.ok(json.failures >= 4 && values.length >= 4);
  assert.equal(json.value, Math.min(...values));
  assert.ok(found.every(({ value, failure }) => (value === null) === (failure !== undefined)));
  assert.match(json.mappingYaml, /target: Accumulator/);
});

test("an evaluator that never works ends the search with the reason", () => {
  const broken = script("broken.cjs", `console.error("no such simulator"); process.exit(1)`);
  const { status, err } = mapspace([
    "search",
    "--strategy",
    "bayes",
    "--retries",
    "0",
    "--evaluator",
    `node ${broken} {mapping}`,
    ...design,
  ]);
  assert.equal(status, 1);
  assert.match(err, /gave up: 10 evaluations in a row.*no such simulator/s);
});

test("a search killed at any moment goes on without paying twice", { timeout: 120_000 }, async () => {
  const calls = join(scratch, "killed-calls");
  const log = join(scratch, "killed.jsonl");
  const slow = script("slow.cjs", `${costOfMapping} setTimeout(() => console.log(cost), 150);`);
  const args = ["search", "--strategy", "bayes", "--jobs", "2", "--evaluations", "16", "--json"];
  const whole = [...args, "--evaluator", `node ${slow} {mapping} ${calls}`, "--log", log, ...design];
  mapspace(["--version"]);
  let before: ReturnType<typeof results> = [];
  for (const enough of [4, 9]) {
    const child = spawn(process.execPath, ["bin/mapspace.js", ...whole], { cwd: repositoryRoot, stdio: "ignore" });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    for (let i = 0; i < 1500 && results(log).length < enough; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.ok(results(log).length >= enough);
    child.kill("SIGKILL");
    await ended;
    const now = results(log);
    assert.deepEqual(now.slice(0, before.length), before);
    before = now;
  }
  // A line cut short, as a kill in the middle of a write leaves it.
  writeFileSync(log, `${readFileSync(log, "utf8")}{"point":[0.25,`);
  const { status, out, err } = mapspace(whole);
  assert.equal(status, 0, err);
  const json = JSON.parse(out);
  assert.equal(json.resumed, before.length);
  assert.equal(json.evaluations, 16);
  const text = readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.startsWith(`{"point"`) && line.endsWith("}"));
  const points = text.map((line) => JSON.parse(line).point.join());
  assert.equal(points.length, 16);
  assert.equal(new Set(points).size, 16);
  // Only what was running at the two kills ran again.
  assert.ok(lines(calls).length <= 16 + 2 * 2, `${lines(calls).length} calls`);
  // A further call has nothing left to do.
  const again = mapspace(whole);
  assert.equal(JSON.parse(again.out).resumed, 16);
  assert.equal(JSON.parse(again.out).value, json.value);
});

test("a log goes on only with the search that began it", () => {
  const log = join(scratch, "other.jsonl");
  const constant = script("constant.cjs", `console.log(3)`);
  const flags = (extra: string[]) => ["search", "--strategy", "bayes", "--evaluations", "2", "--log", log, ...extra];
  const own = mapspace([...flags(["--evaluator", `node ${constant} {mapping}`]), ...design]);
  assert.equal(own.status, 0, own.err);
  const command = mapspace([...flags(["--evaluator", `node ${constant} -- {mapping}`]), ...design]);
  assert.equal(command.status, 2);
  assert.match(command.err, /another command/);
  const space = [...flags(["--evaluator", `node ${constant} {mapping}`]), "--mapspace", "ruby-s", ...design];
  const other = mapspace(space);
  assert.equal(other.status, 2);
  assert.match(other.err, /another design/);
  writeFileSync(log, "not a log\n");
  const rubbish = mapspace([...flags(["--evaluator", `node ${constant} {mapping}`]), ...design]);
  assert.match(rubbish.err, /no log of evaluations/);
});

test("a search learns from the log of another architecture, and from no other log", () => {
  const [source, log] = [join(scratch, "source.jsonl"), join(scratch, "target.jsonl")];
  const cost = script("cost.cjs", `${costOfMapping} console.log(cost)`);
  const evaluator = ["--strategy", "bayes", "--evaluator", `node ${cost} {mapping} ${join(scratch, "from-calls")}`];
  const first = mapspace(["search", ...evaluator, "--evaluations", "8", "--log", source, ...design]);
  assert.equal(first.status, 0, first.err);
  const other = script(
    "other.yaml",
    readFileSync(join(repositoryRoot, design[0]), "utf8").replace("depth: 1024", "depth: 2048"),
  );
  const target = [other, ...design.slice(1)];
  const helped = mapspace([
    ...["search", ...evaluator, "--evaluations", "4", "--log", log, "--from", source],
    ...target,
  ]);
  assert.equal(helped.status, 0, helped.err);
  assert.equal(results(log).length, 4);
  const wrong = mapspace([
    "search",
    ...evaluator,
    "--evaluations",
    "4",
    "--mapspace",
    "ruby",
    "--from",
    log,
    "examples/eyeriss-like/arch.yaml",
    "examples/eyeriss-like/gemm.yaml",
  ]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.err, /its search chose other things/);
});

test("wrong flags are named", () => {
  const wrong = (flags: string[]) => {
    const { status, err } = mapspace(["search", ...flags, ...design]);
    assert.equal(status, 2);
    return err;
  };
  assert.match(wrong(["--strategy", "bayes", "--evaluator", "true"]), /names no \{mapping\}/);
  assert.match(wrong(["--evaluator", "true {mapping}"]), /--strategy bayes/);
  assert.match(wrong(["--strategy", "magic"]), /--strategy takes random/);
  assert.match(wrong(["--strategy", "bayes", "--evaluator", "x {mapping}", "--timeout", "-1"]), /--timeout/);
  assert.match(wrong(["--strategy", "bayes", "--evaluator", "x {mapping}", "--jobs", "0"]), /--jobs/);
});

test("search without an evaluator writes a mapping that the model accepts", () => {
  const file = join(scratch, "found.map.yaml");
  const { status, err } = mapspace([
    "search",
    "--strategy",
    "bayes",
    "--evaluations",
    "12",
    "--write",
    file,
    ...design,
  ]);
  assert.equal(status, 0, err);
  const checked = mapspace(["evaluate", "--json", ...design, file]);
  assert.equal(checked.status, 0, checked.err);
  assert.ok(JSON.parse(checked.out).edpPjCycles > 0);
});
