/** What the values of a search hang on. */

import type { InfluenceView } from "../../../server/src/features/explorer/protocol.ts";
import type { Drawing } from "../chart-card.ts";
import { count, percent } from "../format.ts";
import type { Theme } from "../theme.ts";
import { levelBars } from "./level-bars.ts";

/** More choices than these are in the table alone. */
const mostInfluences = 10;

/** The choices a surrogate's values hang on: alone, and what they do together with others on top. */
export function influences(found: readonly InfluenceView[], theme: Theme): Drawing<"bar"> | string {
  const shown = found.filter(({ total }) => total >= 0.005).slice(0, mostInfluences);
  if (shown.length === 0) return "Nothing stands out yet.";
  const [alone, together] = [shown.map(({ first, total }) => Math.min(first, total)), shown.map(({ total }) => total)];
  const parts = [
    { label: "alone", color: theme.series[0], before: [], after: alone },
    { label: "together with others", color: theme.series[1], before: [], after: together.map((t, i) => t - alone[i]) },
  ];
  const others = found.length - shown.length;
  return {
    ...levelBars(
      shown.map(({ choice }) => choice),
      parts,
      false,
      { title: "share of the variance", format: percent, max: 1 },
      theme,
    ),
    summary:
      `Most: ${shown[0].choice}, ${percent(shown[0].first)} alone and ${percent(shown[0].total)} with others` +
      `${others > 0 ? `; ${count(others)} further choices matter less` : ""}.`,
    table: {
      columns: ["Choice", "Alone (share of the variance)", "With others"],
      rows: found.map(({ choice, first, total }) => [choice, first, total]),
    },
  };
}
