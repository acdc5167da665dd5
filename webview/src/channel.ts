/**
 * The panel's end of the line to the editor. It says that it is ready until it is welcomed, so no first message is
 * lost; it drops what is about another design, from an earlier life of the editor's side or already overtaken; and it
 * asks for everything anew when a message went missing.
 */

import type { FromPanel, FromPanelBody, ToPanel, ToPanelBody } from "../../server/src/features/explorer/protocol.ts";

export interface Line {
  post(message: FromPanel): void;
  /** Calls back after some milliseconds; returns what takes it back. */
  later(work: () => void, ms: number): () => void;
}

const knockEvery = 100;
const knockAgainAfter = 2000;

export class Channel {
  private session: string | null = null;
  private sequence = -1;
  private stopKnocking: (() => void) | null = null;

  constructor(
    private readonly design: string,
    private readonly line: Line,
    private readonly receive: (message: ToPanelBody) => void,
  ) {}

  /** Knocks until welcomed: quickly at first, then more patiently. */
  open(wait = knockEvery): void {
    this.stopKnocking?.();
    this.send({ type: "ready" });
    this.stopKnocking = this.line.later(() => this.open(Math.min(knockAgainAfter, wait * 2)), wait);
  }

  send(body: FromPanelBody): void {
    this.line.post({ ...body, design: this.design });
  }

  /** Anything that arrives, whoever sent it. */
  take(message: unknown): void {
    if (!isToPanel(message) || message.design !== this.design) return;
    if (message.type === "welcome") {
      if (message.session === this.session && message.sequence <= this.sequence) return;
      this.stopKnocking?.();
      this.stopKnocking = null;
      this.session = message.session;
      this.sequence = message.sequence;
      this.receive(message);
      return;
    }
    if (message.session !== this.session || message.sequence <= this.sequence) return;
    if (message.sequence > this.sequence + 1) {
      // One is missing: only a new welcome can be trusted.
      if (this.stopKnocking === null) this.open();
      return;
    }
    this.sequence = message.sequence;
    this.receive(message);
  }
}

function isToPanel(message: unknown): message is ToPanel {
  const candidate = message as Partial<ToPanel> | null;
  return (
    typeof candidate === "object" &&
    candidate !== null &&
    typeof candidate.type === "string" &&
    typeof candidate.design === "string" &&
    typeof candidate.session === "string" &&
    typeof candidate.sequence === "number"
  );
}
