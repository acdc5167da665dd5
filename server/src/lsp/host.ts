/** What the server asks of the place it runs in: a process, a browser, a test. */

import type { TemplateEngine } from "../spec/v04/template-engine.ts";
import type { SearchHost } from "../worker/spawn.ts";

/** Types only: the code is a script of its own. */
export type OnDemand = typeof import("../ondemand.ts");

export interface Host extends SearchHost {
  /** Asked when something of it is first needed, and again if that failed. */
  loadOnDemand(): Promise<OnDemand>;
  /** Asked once, when the first template is met. */
  loadTemplateEngine(): Promise<TemplateEngine>;
  /** `docs/problems.md`; rejects where it is not. */
  problemsPage(): Promise<{ uri: string; text: string }>;
  /** Is told what the client said about this place. */
  initialize?(options: unknown): void;
}
