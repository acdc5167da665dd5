/** Ends a process and all it started, where it leads a process group of its own; on Windows only the process itself. */
export function endTree(pid: number): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
