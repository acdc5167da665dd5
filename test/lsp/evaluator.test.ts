import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import type { DesignOffer, RunProgress, StartResult } from "../../server/src/features/explorer/protocol.ts";
import {
  controlRequest,
  offerRequest,
  progressNotification,
  startRequest,
} from "../../server/src/lsp/search-methods.ts";
import { spawnThreads } from "../../server/src/worker/threads.ts";
import { scratchFolder } from "../support/scratch.ts";
import { bundledSearchWorker } from "../support/search-worker.ts";
import { repositoryRoot } from "../support/shared.ts";
import { until, withServer } from "./harness.ts";

const scratch = scratchFolder();
let script: string;
before(() => {
  script = bundledSearchWorker();
});

const map = "three-level/gemm.map.yaml";
const files = Object.fromEntries(
  ["arch.yaml", "gemm.yaml", "gemm.map.yaml", "ert.yaml"].flatMap((name) => {
    const path = join(repositoryRoot, "examples/three-level", name);
    return existsSync(path) ? [[`three-level/${name}`, readFileSync(path, "utf8")]] : [];
  }),
);

/** Prints the length of the mapping's text after `wait` ms, and leaves its process id in `calls`. */
function evaluator(name: string, wait: number): { command: string; calls: () => number[] } {
  const [path, calls] = [join(scratch, `${name}.cjs`), join(scratch, `${name}.calls`)];
  writeFileSync(
    path,
    `const fs = require("node:fs");
     fs.appendFileSync(${JSON.stringify(calls)}, process.pid + "\\n");
     const text = fs.readFileSync(process.argv[2], "utf8");
     setTimeout(() => console.log(text.length), ${wait});`,
  );
  return {
    command: `node ${path} {mapping}`,
    calls: () => (existsSync(calls) ? readFileSync(calls, "utf8").split("\n").filter(Boolean).map(Number) : []),
  };
}

/** The values in the only log of a folder. */
function measured(storage: string): number[] {
  const [log] = readdirSync(storage);
  return readFileSync(join(storage, log), "utf8")
    .split("\n")
    .filter((line) => line.startsWith(`{"point"`))
    .map((line) => JSON.parse(line).value as number);
}

interface Session {
  offer(trusted?: boolean): Promise<DesignOffer>;
  start(run: string, evaluations: number | null, trusted?: boolean): Promise<StartResult>;
  cancel(run: string): Promise<void>;
  progress(run: string): RunProgress[];
  ended(run: string): Promise<RunProgress>;
}

async function withEvaluator(
  settings: Record<string, unknown>,
  work: (session: Session) => Promise<void>,
  { commands = true, storage = join(scratch, "storage") } = {},
): Promise<void> {
  const host = { spawn: spawnThreads(script), commands };
  await withServer({ files, settings: { evaluator: settings }, host }, async (client) => {
    const heard: RunProgress[] = [];
    client.connection.onNotification(progressNotification, (params: RunProgress) => void heard.push(params));
    const uri = await client.open(map);
    await client.settled(map);
    const offer = (trusted = true) => client.connection.sendRequest<DesignOffer>(offerRequest, { uri, trusted });
    const { defaults } = await offer();
    const progress = (run: string) => heard.filter((p) => p.run === run);
    await work({
      offer,
      progress,
      start: (run, evaluations, trusted = true) => {
        const options = { ...defaults, strategy: "bayes", evaluator: "command", evaluations };
        const params = { uri, run, layer: 0, options, trusted, storage, folder: scratch };
        return client.connection.sendRequest(startRequest, params);
      },
      cancel: (run) => client.connection.sendRequest(controlRequest, { run, action: "cancel" }),
      ended: async (run) => {
        const last = () => progress(run).at(-1);
        await until(`the end of ${run}`, () => /done|stopped|failed/.test(last()?.state ?? ""));
        return last()!;
      },
    });
    assert.deepEqual(client.logs, []);
  });
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("the panel's search measures by the user's command, tells what the cost hangs on, and keeps a log", async () => {
  const { command, calls } = evaluator("quick", 0);
  const storage = join(scratch, "kept");
  await withEvaluator(
    { command, jobs: 2, retries: 0 },
    async ({ offer, start, ended, progress }) => {
      assert.deepEqual((await offer()).evaluator, { command, obstacle: null });
      const { run } = await start("a", 14);
      assert.equal(run?.label, "Bayesian, by command");
      const end = await ended("a");
      assert.equal(end.state, "done", end.message);
      assert.equal(end.evaluations, 14);
      assert.equal(calls().length, 14);
      const best = progress("a").findLast((p) => p.best !== undefined)!.best!;
      const logs = readdirSync(storage);
      assert.equal(logs.length, 1);
      const values = measured(storage);
      assert.equal(values.length, 14);
      assert.equal(best.measured, Math.min(...values));
      assert.ok(best.cost.energyPj > 0);
      assert.ok(end.message?.includes(logs[0]), end.message);
      const told = progress("a").findLast((p) => p.sensitivity !== undefined)!.sensitivity!;
      assert.ok(told.length > 2);
      assert.ok(told.every(({ first, total }) => first >= 0 && total <= 1));
      assert.match(told[0].choice, /: /);
    },
    { storage },
  );
});

test("stopping ends the command within 100 ms, and the next search goes on from the log", async () => {
  const storage = join(scratch, "resumed");
  const { command, calls } = evaluator("slow", 300);
  await withEvaluator(
    { command, jobs: 2, retries: 0 },
    async ({ start, cancel, ended, progress }) => {
      await start("a", 8);
      await until("three results", () => (progress("a").at(-1)?.evaluations ?? 0) >= 3);
      await until("another command", () => calls().length > progress("a").at(-1)!.evaluations);
      await cancel("a");
      const asked = performance.now();
      const end = await ended("a");
      assert.equal(end.state, "stopped");
      // Two cores may be busy with other tests: the search itself waits for 80 ms at most.
      assert.ok(performance.now() - asked < 500);
      const before = calls();
      await until("the end of all commands", () => !before.some(alive));
      // One that ended just as the search was stopped is in the log too.
      const paid = measured(storage).length;
      assert.ok(paid >= 3);
      await start("b", 8);
      const second = await ended("b");
      assert.equal(second.state, "done", second.message);
      assert.equal(second.evaluations, 8);
      assert.match(second.message ?? "", new RegExp(`${paid} evaluations were taken over`));
      assert.equal(calls().length - before.length, 8 - paid);
    },
    { storage },
  );
});

test("a command ends with a thread that does not listen and with the server", async () => {
  const { command, calls } = evaluator("endless", 100_000);
  await withEvaluator({ command, retries: 0 }, async ({ start }) => {
    await start("a", 8);
    await until("the command", () => calls().length > 0);
    assert.ok(calls().every(alive));
    assert.equal((await start("b", 8)).refusal?.startsWith("A search by command is already at work"), true);
  });
  await until("its end", () => !calls().some(alive));
});

test("a command that never works ends the search with the reason", async () => {
  await withEvaluator({ command: "exit 3 # {mapping}", retries: 0 }, async ({ start, ended }) => {
    await start("a", 30);
    const { state, message } = await ended("a");
    assert.equal(state, "stopped");
    assert.match(message ?? "", /Gave up: 10 evaluations in a row gave no number; the last: exit status 3/);
  });
});

test("no command runs where none can, none may and none is named", async () => {
  const { command, calls } = evaluator("never", 0);
  await withEvaluator({ command }, async ({ offer, start }) => {
    assert.match((await offer(false)).evaluator.obstacle ?? "", /trusted/);
    assert.match((await start("a", 5, false)).refusal ?? "", /trusted/);
  });
  const refused = async (settings: Record<string, unknown>, commands: boolean, reason: RegExp) =>
    withEvaluator(
      settings,
      async ({ offer, start }) => {
        assert.match((await offer()).evaluator.obstacle ?? "", reason);
        assert.match((await start("a", 5)).refusal ?? "", reason);
      },
      { commands },
    );
  await refused({ command }, false, /browser/);
  await refused({}, true, /mapspace\.evaluator\.command/);
  await refused({ command: "simulate {arch}" }, true, /no \{mapping\}/);
  assert.deepEqual(calls(), []);
});
