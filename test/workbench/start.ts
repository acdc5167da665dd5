/** Runs a code-server with a home of its own and leaves nothing behind. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Workbench } from "./versions.ts";

/** Quiet, offline and predictable: what the tests see does not depend on experiments or first-run tips. */
const testSettings = {
  "files.autoSave": "off",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "workbench.enableExperiments": false,
  "workbench.settings.enableNaturalLanguageSearch": false,
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "security.workspace.trust.enabled": false,
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "git.enabled": false,
  "git.openRepositoryInParentFolders": "never",
  "window.commandCenter": false,
  "npm.autoDetect": "off",
};

export interface StartOptions {
  /** Folder that the window shows. */
  folder: string;
  /** User settings on top of the tests' own. */
  settings?: Readonly<Record<string, unknown>>;
  /** Keys of the user, as in keybindings.json. */
  keys?: readonly { key: string; command: string }[];
  /** Run the extension in this folder without installing it. */
  extensionDevelopmentPath?: string;
  /** Run this suite in the extension host. */
  extensionTestsPath?: string;
  /** Install these packages first. */
  install?: readonly string[];
  /** For the extension host, e.g. where to write results. */
  env?: Readonly<Record<string, string>>;
  /** Seen with everything the server prints. */
  onOutput?: (text: string) => void;
}

export interface RunningWorkbench {
  url: string;
  /** Temporary folder with home, user data and logs. */
  home: string;
  stop(): void;
}

export async function startWorkbench(workbench: Workbench, options: StartOptions): Promise<RunningWorkbench> {
  const home = mkdtempSync(join(tmpdir(), "mapspace-vscode-"));
  const at = (...parts: string[]) => join(home, ...parts);
  for (const folder of ["data/User", "extensions", "tmp", "config"]) mkdirSync(at(folder), { recursive: true });
  writeFileSync(at("config/code-server.yaml"), "");
  writeFileSync(at("data/User/settings.json"), JSON.stringify({ ...testSettings, ...options.settings }, null, 2));
  writeFileSync(at("data/User/keybindings.json"), JSON.stringify(options.keys ?? []));
  const env = { ...environment(home), ...options.env };
  const shared = ["--config", at("config/code-server.yaml"), "--user-data-dir", at("data")];
  shared.push("--extensions-dir", at("extensions"));

  let child: ChildProcess | undefined;
  const stop = () => {
    process.removeListener("exit", stop);
    for (const [signal, handler] of onSignal) process.removeListener(signal, handler);
    if (child?.pid) killGroup(child.pid);
    killByHome(home);
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
  const onSignal = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map(
    (signal) =>
      [
        signal,
        () => {
          stop();
          process.kill(process.pid, signal);
        },
      ] as const,
  );
  process.on("exit", stop);
  for (const [signal, handler] of onSignal) process.on(signal, handler);

  try {
    for (const vsix of options.install ?? []) {
      const installed = spawnSync(workbench.node, [workbench.entry, ...shared, "--install-extension", vsix], {
        env,
        encoding: "utf8",
      });
      if (installed.status !== 0) throw new Error(`Installing ${vsix} failed:\n${installed.stdout}${installed.stderr}`);
    }
    const args = [workbench.entry, ...shared, "--auth", "none", "--bind-addr", "127.0.0.1:0"];
    for (const off of ["telemetry", "update-check", "workspace-trust", "getting-started-override"])
      args.push(`--disable-${off}`);
    // Since 1.101 VS Code takes extensions under development from the URL only in this mode, which keeps notifications
    // behind the bell.
    const developed = options.extensionDevelopmentPath !== undefined;
    if (developed && workbench.version === "current") args.push("--vscode-option", "enable-smoke-test-driver");
    child = spawn(workbench.node, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const port = await listeningPort(child, options.onOutput);
    return { url: pageUrl(port, options), home, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

function environment(home: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const dropped = (name.startsWith("VSCODE_") && !name.startsWith("VSCODE_TEST_")) || name.startsWith("ELECTRON_");
    if (value !== undefined && !dropped && name !== "NODE_OPTIONS" && name !== "PORT") env[name] = value;
  }
  for (const name of ["CONFIG", "DATA", "STATE", "CACHE"]) env[`XDG_${name}_HOME`] = join(home, name.toLowerCase());
  return {
    ...env,
    HOME: home,
    TMPDIR: join(home, "tmp"),
    XDG_RUNTIME_DIR: join(home, "tmp"),
    EXTENSIONS_GALLERY: "{}",
  };
}

function listeningPort(child: ChildProcess, onOutput?: (text: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (reason: string) => reject(new Error(`VS Code did not start (${reason}):\n${output}`));
    const timer = setTimeout(() => fail("no answer in 180 s"), 180_000);
    const read = (chunk: Buffer) => {
      onOutput?.(chunk.toString());
      output = (output + chunk).slice(-20_000);
      const port = /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.on("error", (error) => fail(error.message));
    child.on("exit", (code) => {
      clearTimeout(timer);
      fail(`exit ${code}`);
    });
  });
}

function pageUrl(port: number, options: StartOptions): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${port}${encodeURI(path)}`;
  const payload: [string, string][] = [];
  if (options.extensionDevelopmentPath)
    payload.push(["extensionDevelopmentPath", remote(options.extensionDevelopmentPath)]);
  if (options.extensionTestsPath) payload.push(["extensionTestsPath", remote(options.extensionTestsPath)]);
  const url = new URL(`http://127.0.0.1:${port}/`);
  url.searchParams.set("folder", options.folder);
  if (payload.length > 0) url.searchParams.set("payload", JSON.stringify(payload));
  return url.href;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** Extension hosts outlive their server by hours; they are known by the home they were given. */
function killByHome(home: string): void {
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(`HOME=${home}`))
        process.kill(Number(entry), "SIGKILL");
    } catch {
      // Not ours to read, or gone.
    }
  }
}
