/** What the server asks of the place it runs in: a process, a browser, a test. */

import type { TemplateEngine } from "../spec/v04/template-engine.ts";
import type { SearchHost } from "../worker/spawn.ts";

export interface Host extends SearchHost {
  /** Asked once, when the first template is met. */
  loadTemplateEngine(): Promise<TemplateEngine>;
  /** Is told what the client said about this place. */
  initialize?(options: unknown): void;
}
