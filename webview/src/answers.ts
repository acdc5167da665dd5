/** What the panel asks the editor, and the answers it has had: mappings in detail and traffic curves. */

import type {
  Architecture,
  CandidateView,
  DesignOffer,
  FromPanelBody,
  Mapping,
  ToPanelBody,
  TrafficCurve,
} from "../../server/src/features/explorer/protocol.ts";

const mostViews = 40;

export class Answers {
  private readonly views = new Map<string, CandidateView | null>();
  private readonly curves = new Map<string, TrafficCurve | null>();
  private readonly asked = new Map<number, string>();
  private requests = 0;

  constructor(private readonly send: (body: FromPanelBody) => void) {}

  take(message: Extract<ToPanelBody, { type: "view" | "traffic" }>): void {
    const key = this.asked.get(message.request);
    this.asked.delete(message.request);
    if (key === undefined) return;
    if (message.type === "view") this.views.set(key, message.view);
    else this.curves.set(key, message.curve);
  }

  /** What is known of a mapping; undefined while it is asked for. */
  view(
    offer: DesignOffer,
    layer: number,
    mapping: Mapping,
    architecture: Architecture | null,
  ): CandidateView | null | undefined {
    const key = JSON.stringify([layer, mapping, offer.layers[layer]?.bounds, architecture ?? offer.hardware]);
    if (!this.views.has(key)) {
      for (const old of this.views.keys()) {
        if (this.views.size < mostViews) break;
        this.views.delete(old);
      }
      this.ask(key, (request) => ({ type: "view", request, layer, mapping, architecture }));
    }
    return this.views.get(key);
  }

  /** The least traffic by size of buffer; undefined while it is asked for, null where there is none. */
  traffic(offer: DesignOffer, layer: number): TrafficCurve | null | undefined {
    const key = `traffic ${JSON.stringify([layer, offer.layers[layer]?.bounds, offer.hardware])}`;
    if (!this.curves.has(key)) this.ask(key, (request) => ({ type: "traffic", request, layer }));
    return this.curves.get(key);
  }

  private ask(key: string, question: (request: number) => FromPanelBody): void {
    if ([...this.asked.values()].includes(key)) return;
    const request = this.requests++;
    this.asked.set(request, key);
    this.send(question(request));
  }
}
