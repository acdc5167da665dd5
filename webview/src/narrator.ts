/** Tells screen readers of a search that goes on: now and then, and of its end. */

import type { Run } from "../../server/src/features/explorer/protocol.ts";
import { h, setText } from "./dom.ts";
import { count, objectiveName, objectiveValue } from "./format.ts";
import { goalOf, goalValue, isLive } from "./run.ts";

const everyMs = 4000;

export class Narrator {
  readonly element = h("p", { class: "hidden-text", "aria-live": "polite" });
  private told = 0;

  tell(run: Run): void {
    const now = performance.now();
    if (isLive(run) && now - this.told < everyMs) return;
    this.told = now;
    const objective = goalOf(run.options);
    const value = run.best === null ? null : goalValue(objective, run.best);
    const best =
      value === null ? "nothing found yet" : `best ${objectiveName(objective)} ${objectiveValue(objective, value)}`;
    setText(
      this.element,
      `${run.label} ${isLive(run) ? "searching" : run.state}: ${best}, ${count(run.evaluations)} mappings tried.`,
    );
  }
}
