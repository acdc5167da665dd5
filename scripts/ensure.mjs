// Installs the locked dependencies when they are missing or out of date, so that `npm start` and `npm test`
// work straight after a clone. Plain Node only: it runs before anything is installed.
import { spawn } from "node:child_process";
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
  console.log("Installing dependencies (npm ci), about a minute the first time…");
  const status = await install();
  if (status !== 0) process.exit(status);
}

/** A terminal sees npm's own spinner; elsewhere a line every ten seconds says that it goes on. */
function install() {
  const windows = process.platform === "win32";
  const child = spawn(windows ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"], {
    stdio: "inherit",
    shell: windows,
  });
  let seconds = 0;
  const timer = process.stdout.isTTY
    ? undefined
    : setInterval(() => {
        seconds += 10;
        console.log(`  still installing, ${seconds} s`);
      }, 10_000);
  return new Promise((resolve) => {
    const end = (status) => {
      clearInterval(timer);
      resolve(status);
    };
    child.on("error", (error) => {
      console.error(`npm could not be started: ${error.message}`);
      end(1);
    });
    child.on("exit", (status) => end(status ?? 1));
  });
}
