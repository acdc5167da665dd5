// Opens a folder in VS Code with this extension: in `code` where a window can open, else in the bundled workbench.
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { tsImport } from "tsx/esm/api";

const root = fileURLToPath(new URL("..", import.meta.url));
const windows = process.platform === "win32";

/**
 * `--no-open` in the arguments, or no display to show a window on, and it returns at once with a word on how to look.
 * `--serve` serves the bundled workbench to a browser even so, until Ctrl-C.
 */
export async function openWorkspace(folder, args = process.argv.slice(2)) {
  if (args.includes("--no-open")) return;
  const serve = args.includes("--serve");
  const { hasDisplay } = await tsImport("../test/workbench/desktop.ts", import.meta.url);
  const { bundledWorkbenchRunsHere } = await tsImport("../test/workbench/setup.ts", import.meta.url);
  if (!serve && (process.env.CI || !hasDisplay())) {
    if (bundledWorkbenchRunsHere)
      console.log("No display here. `npm start -- --serve` serves the editor on a local port for a browser.");
    return;
  }
  const { ensureBuilt } = await tsImport("../test/workbench/build.ts", import.meta.url);
  await ensureBuilt();
  const code = serve ? null : onPath("code");
  if (code) return openDesktop(code, resolve(folder));
  if (bundledWorkbenchRunsHere) return serveWorkbench(resolve(folder));
  console.log("To see this in the editor, install VS Code with its `code` command and run `npm start` again.");
}

function openDesktop(code, folder) {
  console.log(`Opening ${folder} in VS Code…`);
  const quoted = (text) => (windows ? `"${text}"` : text);
  const args = ["--new-window", `--extensionDevelopmentPath=${root}`, folder];
  return new Promise((done, failed) => {
    const child = spawn(quoted(code), args.map(quoted), { stdio: "inherit", shell: windows });
    child.on("error", failed);
    child.on("exit", done);
  });
}

/** Resolves never: the server runs until a signal ends it. */
async function serveWorkbench(folder) {
  const { prepareWorkbench } = await tsImport("../test/workbench/setup.ts", import.meta.url);
  const { startWorkbench } = await tsImport("../test/workbench/start.ts", import.meta.url);
  const { packageExtension } = await tsImport("../test/workbench/build.ts", import.meta.url);
  const workbench = await prepareWorkbench("current");
  const { vsix } = await packageExtension();
  const { url } = await startWorkbench(workbench, { folder, install: [vsix] });
  console.log(`\nThe editor is at\n  ${url}\nCtrl-C ends it.`);
  const forever = setInterval(() => {}, 1 << 30);
  await new Promise(() => forever.ref());
}

function onPath(command) {
  const names = windows ? [`${command}.cmd`, `${command}.exe`] : [command];
  for (const folder of (process.env.PATH ?? "").split(delimiter).filter(Boolean)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not here.
      }
    }
  }
  return null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await openWorkspace("examples");
