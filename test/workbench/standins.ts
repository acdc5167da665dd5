/** Plain JavaScript in place of the native modules that a test workbench can do without. */
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const spdlog = `
const fs = require("node:fs");
const path = require("node:path");
const levels = ["trace", "debug", "info", "warn", "error", "critical", "off"];
let globalLevel = 2;
class Logger {
  constructor(type, name, file) {
    this.file = file;
    this.level = globalLevel;
    fs.mkdirSync(path.dirname(file), { recursive: true });
  }
  write(level, message) {
    if (this.file === null || levels.indexOf(level) < this.level) return;
    try {
      fs.appendFileSync(this.file, new Date().toISOString() + " [" + level + "] " + message + "\\n");
    } catch {}
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() {}
  flush() {}
  drop() { this.file = null; }
}
for (const level of levels) Logger.prototype[level] = function (message) { this.write(level, message); };
const create = async (name, file) => new Logger("rotating", name, file);
// One assignment each: ES modules import them by name.
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = (level) => { globalLevel = level; };
exports.setFlushOn = () => {};
exports.shutdown = () => {};
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`;

const watchdog = `
exports.start = (pid) => {
  setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (error.code === "ESRCH") process.exit(0);
    }
  }, 3000).unref();
};
exports.exit = (code) => process.exit(code ?? 0);
`;

const argon2 = `
exports.hash = exports.verify = async () => {
  throw new Error("The test workbench has no passwords.");
};
`;

export const standIns: Readonly<Record<string, string>> = {
  "@vscode/spdlog": spdlog,
  "@vscode/native-watchdog": watchdog,
  "native-watchdog": watchdog,
  argon2,
};

/** Replaces each module where it is installed, in VS Code's own tree and in the tools folder. */
export function replaceNativeModules(vscode: string, toolModules: string): void {
  for (const modules of [join(vscode, "node_modules"), toolModules]) {
    for (const [name, source] of Object.entries(standIns)) {
      const folder = join(modules, name);
      if (!existsSync(folder)) continue;
      rmSync(folder, { recursive: true });
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "0.0.0", main: "index.js" }));
      writeFileSync(join(folder, "index.js"), source);
    }
  }
  for (const parent of [vscode, join(vscode, "extensions")]) {
    const archive = join(parent, "node_modules.asar");
    if (existsSync(join(parent, "node_modules")) && !existsSync(archive)) symlinkSync("node_modules", archive);
  }
}
