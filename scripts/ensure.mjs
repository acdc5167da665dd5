// Installs the locked dependencies when they are missing or out of date, so that `npm start` and `npm test`
// work straight after a clone. Plain Node only: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  console.error(`Mapspace needs Node.js 20.12 or newer; this is ${process.version}.`);
  process.exit(1);
}

/** True when every locked package that this platform needs is there in the locked version. */
function upToDate() {
  const installed = "node_modules/.package-lock.json";
  if (!existsSync(installed)) return false;
  const locked = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  const present = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(locked).every(
    ([path, entry]) => path === "" || (entry.optional && !present[path]) || present[path]?.version === entry.version,
  );
}

if (!upToDate()) {
  console.log("Installing dependencies (npm ci)…");
  const windows = process.platform === "win32";
  const result = spawnSync(windows ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"], {
    stdio: "inherit",
    shell: windows,
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
