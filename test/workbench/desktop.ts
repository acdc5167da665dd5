import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The desktop VS Code to test in: the one MAPSPACE_VSCODE names, else `code` on the path where a window can open.
 * Undefined lets @vscode/test-electron download one.
 */
export function desktopCode(): string | undefined {
  if (process.env.MAPSPACE_VSCODE) return process.env.MAPSPACE_VSCODE;
  if (process.platform !== "linux" || !hasDisplay()) return undefined;
  for (const folder of (process.env.PATH ?? "").split(delimiter).filter(Boolean)) {
    const script = join(folder, "code");
    if (!existsSync(script)) continue;
    const binary = join(realpathSync(script), "../../code");
    if (existsSync(binary)) return binary;
  }
  return undefined;
}

/** Whether a desktop window can open here. */
export function hasDisplay(): boolean {
  if (process.platform !== "linux") return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
