// `npm start`: builds, shows what an example costs and the best there is, and opens the examples in VS Code.
// `--no-open` (or no way to open anything) ends after the report; `--serve` leaves the report out.
import { spawnSync } from "node:child_process";

const example = "examples/eyeriss-like/resnet50-conv3x3.map.yaml";

function run(...args) {
  const result = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

console.log("Building…");
run("scripts/build.mjs");
const shown = [["evaluate"], ["search", "--strategy", "exact", "--mapspace", "pfm"]];
for (const [command, ...flags] of process.argv.includes("--serve") ? [] : shown) {
  console.log(`\n$ ${["npx mapspace", command, example, ...flags].join(" ")}\n`);
  run("bin/mapspace.js", command, example, ...flags);
}

if (process.argv.includes("--no-open")) process.exit(0);
const { openWorkspace } = await import("./open.mjs");
await openWorkspace("examples");
