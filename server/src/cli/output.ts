import { writeFileSync } from "node:fs";
import { UsageError } from "./usage.ts";

/** Writes to the file, or to standard output when there is none. */
export function writeOutput(file: string | undefined, text: string): void {
  if (file === undefined || file === "-") {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file}: cannot be written (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
}
