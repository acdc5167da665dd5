import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { mapspace } from "../support/cli.ts";
import { repositoryRoot } from "../support/shared.ts";

const scratch = mkdtempSync(join(tmpdir(), "mapspace-search-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const folder = join(repositoryRoot, "examples/eyeriss-like");
const design = ["arch.yaml", "ert.yaml", "constraints.yaml", "gemm.yaml", "gemm.map.yaml"].map((name) =>
  join(folder, name),
);
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
});

test("the number of jobs does not change what is found, and no search beats the proof", () => {
  const optimum = json([]).best.value;
  const flags = ["--strategy", "random", "--evaluations", "6000", "--seed", "7"];
  const [one, two] = ["1", "2"].map((jobs) => json([...flags, "--jobs", jobs]));
  assert.deepEqual(one.best, two.best);
  assert.deepEqual(one.front, two.front);
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
