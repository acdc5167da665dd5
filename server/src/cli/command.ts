/** What every command of the tool is. */
export interface Command {
  name: string;
  summary: string;
  help: string;
  /** The exit status. */
  run(args: readonly string[]): number | Promise<number>;
}
