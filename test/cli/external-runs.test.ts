import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { mapspace } from "../support/cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { repositoryRoot } from "../support/shared.ts";

const scratch = scratchFolder();
const example = (name: string) => `examples/gemmini-like/${name}`;
const hardware = ["arch.yaml", "gemm.yaml", "ert.yaml", "constraints.yaml"].map(example);
const given = example("gemm.map.yaml");
const bayes = ["search", "--strategy", "bayes"];
const textOf = (name: string) => readFileSync(join(repositoryRoot, name), "utf8");

/** A command whose n-th call (from 1) does what `text` says; its calls are counted in a file. */
function evaluator(text: string): { command: string; calls: string } {
  const folder = mkdtempSync(join(scratch, "evaluator-"));
  const [script, calls] = [join(folder, "run.cjs"), join(folder, "calls")];
  writeFileSync(
    script,
    `const fs = require("node:fs");
     fs.appendFileSync(${JSON.stringify(calls)}, process.pid + "\\n");
     const n = fs.readFileSync(${JSON.stringify(calls)}, "utf8").trim().split("\\n").length;
     ${text}`,
  );
  return { command: `node ${script} {mapping}`, calls };
}

const lines = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : []);

/** Until `done`; the test's own limit ends a wait in vain. */
async function until(done: () => boolean) {
  while (!done()) await sleep(10);
}

const gone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

test("--write puts the mapping into the design and keeps the rest of it", () => {
  const file = join(scratch, "whole.yaml");
  const whole = [...hardware, given].map(textOf).join("\n").replace("# mapspace: ", "# ");
  writeFileSync(file, whole);
  const { command } = evaluator(`console.log(n === 1 ? 100 : 10 + n)`);
  const run = mapspace([...bayes, "--evaluator", command, "--evaluations", "4", "--write", file, file]);
  assert.equal(run.status, 0, run.err);
  assert.match(run.err, /given mapping by the command: 100/);
  const written = readFileSync(file, "utf8");
  assert.notEqual(written, whole);
  const outside = (text: string) => text.slice(0, text.indexOf("\nmapping:"));
  assert.equal(outside(written), outside(whole));
  assert.equal(mapspace(["evaluate", file]).status, 0);
  const folder = mapspace([...bayes, "--evaluator", command, "--write", scratch, file]);
  assert.equal(folder.status, 2);
  assert.match(folder.err, /is a folder/);
});

test("a mapping that the command finds worse than the given one is not handed out", () => {
  const file = join(scratch, "worse.yaml");
  const log = join(scratch, "worse.jsonl");
  const { command, calls } = evaluator(`console.log(n === 1 ? 5 : 10 + n)`);
  const args = [...bayes, "--evaluator", command, "--evaluations", "3", "--log", log, "--write", file, "--json"];
  const run = mapspace([...args, ...hardware, given]);
  assert.equal(run.status, 0, run.err);
  assert.match(run.err, /better than all that were tried \(by the command: 5\).*nothing was written/);
  assert.equal(existsSync(file), false);
  const json = JSON.parse(run.out);
  assert.deepEqual([json.given, json.value, json.worse, json.written], [5, 12, true, null]);
  // The figure is in the log: it is paid for once.
  const again = JSON.parse(mapspace([...args, ...hardware, given]).out);
  assert.deepEqual([again.given, again.resumed, lines(calls).length], [5, 3, 4]);
});

test("without a number for the given mapping the model compares, and that is said", () => {
  const { command } = evaluator(`if (n === 1) process.exit(1); console.log(10 + n)`);
  const args = [...bayes, "--evaluator", command, "--evaluations", "2", "--retries", "0"];
  const { status, err } = mapspace([...args, ...hardware, given]);
  assert.equal(status, 0, err);
  assert.match(err, /by EDP of the model, since the command gave it no number/);
});

const posix = { skip: process.platform === "win32", timeout: 120_000 };

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} ends the commands and gives the best so far`, posix, async () => {
    const folder = mkdtempSync(join(scratch, "stopped-"));
    const file = join(folder, "found.yaml");
    const { command, calls } = evaluator(`if (n <= 2) console.log(10 - n); else setInterval(() => {}, 1000)`);
    const args = [...bayes, "--evaluator", command, "--log", join(folder, "log"), "--json", "--write", file];
    mapspace(["--version"]);
    const search = spawn(process.execPath, ["bin/mapspace.js", ...args, ...hardware], {
      cwd: repositoryRoot,
      env: { ...process.env, TMPDIR: folder },
    });
    let out = "";
    let err = "";
    search.stdout.on("data", (text) => {
      out += text;
    });
    search.stderr.on("data", (text) => {
      err += text;
    });
    const ended = new Promise((resolve) => search.once("close", resolve));
    await until(() => lines(calls).length === 3);
    search.kill(signal);
    assert.equal(await ended, 0, err);
    assert.match(err, /stopped after 2 evaluations; the same call goes on/);
    const json = JSON.parse(out);
    assert.deepEqual([json.stopped, json.value, json.evaluations, json.written], [true, 8, 2, file]);
    assert.ok(existsSync(file));
    await until(() => lines(calls).every((pid) => gone(Number(pid))));
    assert.deepEqual(readdirSync(folder).sort(), ["found.yaml", "log"]);
  });
}

test("two searches do not share a log; the lock of one that is gone is taken over", posix, async () => {
  const log = join(scratch, "shared.jsonl");
  const { command, calls } = evaluator(`if (n === 1) setInterval(() => {}, 1000); else console.log(n)`);
  const args = [...bayes, "--evaluator", command, "--evaluations", "2", "--log", log, ...hardware];
  const first = spawn(process.execPath, ["bin/mapspace.js", ...args], { cwd: repositoryRoot, stdio: "ignore" });
  const ended = new Promise((resolve) => first.once("exit", resolve));
  await until(() => lines(calls).length === 1);
  const second = mapspace(args);
  assert.equal(second.status, 2);
  assert.match(second.err, new RegExp(`another search is writing to it \\(process ${first.pid}\\)`));
  first.kill("SIGKILL");
  await ended;
  spawnSync("kill", ["-9", `-${lines(calls)[0]}`, lines(calls)[0]]);
  assert.ok(existsSync(`${log}.lock`));
  const third = mapspace(args);
  assert.equal(third.status, 0, third.err);
  assert.equal(existsSync(`${log}.lock`), false);
});

test("what failed last is run again by the next call, what failed before is not", () => {
  const log = join(scratch, "licence.jsonl");
  const { command, calls } = evaluator(
    `if (n === 2 || (n > 3 && n <= 13)) { console.error("no licence"); process.exit(1); } console.log(n)`,
  );
  const args = [...bayes, "--evaluator", command, "--evaluations", "13", "--retries", "0", "--log", log, "--json"];
  const first = mapspace([...args, ...hardware]);
  assert.equal(first.status, 1);
  assert.match(first.err, /gave up: 10 evaluations in a row.*no licence/);
  const second = mapspace([...args, ...hardware]);
  assert.equal(second.status, 0, second.err);
  assert.match(second.err, /10 that failed last are run again/);
  const json = JSON.parse(second.out);
  assert.deepEqual([json.resumed, json.evaluations, json.failures], [3, 13, 1]);
  assert.equal(lines(calls).length, 13 + 10);
  const third = JSON.parse(mapspace([...args, ...hardware]).out);
  assert.deepEqual([third.resumed, third.failures, lines(calls).length], [13, 1, 23]);
});

test("--seconds ends a search by command with the best so far", () => {
  const { command } = evaluator(`if (n <= 2) console.log(n); else setInterval(() => {}, 1000)`);
  const args = [...bayes, "--evaluator", command, "--log", join(scratch, "seconds.jsonl"), "--json", ...hardware];
  assert.equal(mapspace([...args, "--evaluations", "2"]).status, 0);
  const { status, out, err } = mapspace([...args, "--seconds", "1"]);
  assert.equal(status, 0, err);
  const json = JSON.parse(out);
  assert.deepEqual([json.resumed, json.stopped, json.value], [2, false, 1]);
});

test("flags that mean nothing with a command, or without one, are refused", () => {
  const wrong = (flags: string[]) => {
    const { status, err } = mapspace([...bayes, ...flags, ...hardware]);
    assert.equal(status, 2);
    return err;
  };
  for (const flag of ["--log", "--from", "--timeout", "--retries"])
    assert.match(wrong([flag, "1"]), new RegExp(`${flag} goes with --evaluator`));
  const command = ["--evaluator", "true {mapping}"];
  assert.match(wrong([...command, "--objective", "energy"]), /--objective does not go with --evaluator/);
  assert.match(wrong([...command, "--victory", "3"]), /--victory goes with/);
  assert.match(wrong([...command, "--seconds", "0"]), /--seconds takes a positive number/);
});
