import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const advice =
  "The tests in VS Code need a Chromium browser. Install Debian's `chromium` package or Google Chrome, " +
  "or set MAPSPACE_CHROMIUM to the path of one.";

/** The path of a Chromium; on Debian, as root, it is installed when missing. */
export function prepareChromium(): string {
  const found = findChromium();
  if (found) return found;
  if (isDebian() && process.getuid?.() === 0) {
    process.stderr.write("Installing chromium with apt-get…\n");
    const apt = (...args: string[]) =>
      spawnSync("apt-get", ["-qq", "-y", ...args], {
        encoding: "utf8",
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    apt("update");
    const result = apt("install", "--no-install-recommends", "chromium", "fonts-dejavu-core");
    const installed = findChromium();
    if (installed) return installed;
    throw new Error(`${advice}\n${result.stderr}`);
  }
  throw new Error(advice);
}

export function findChromium(): string | null {
  const chosen = process.env.MAPSPACE_CHROMIUM;
  if (chosen) return chosen;
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(executable) ?? null;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isDebian(): boolean {
  return existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
}
