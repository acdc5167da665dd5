/**
 * Counts of Timeloop's rule from its records: words that one instance sends, by how many instances take each at once.
 * An equation is given only where it comes to the very number.
 */

import type { DataSpaceResult } from "../engine/model/types.ts";
import { formatCount, formatNumber } from "../workspace/quantities.ts";

/** Kinds of transfer that are listed; more are a table, not a sentence. */
const transfersListed = 6;

const number = (value: number) => (Number.isInteger(value) ? formatCount(value) : formatNumber(value));

interface Transfers {
  /** Words of one instance by how many instances take each at once, ascending. */
  byMulticast: readonly (readonly [multicast: number, words: number])[];
  /** “(1,000 words to 1 instance + 500 words to 4 instances at once)”. */
  text: string;
}

function transfersOf({ terms }: DataSpaceResult, count: "reads" | "updates"): Transfers | null {
  const sums = new Map<number, number>();
  for (const { formula, value, inputs } of terms?.reads?.parts ?? []) {
    if (formula !== "access-record") return null;
    if (value > 0) sums.set(inputs.multicast, (sums.get(inputs.multicast) ?? 0) + value);
  }
  if (sums.size === 0 || sums.size > transfersListed) return null;
  const byMulticast = [...sums].sort(([a], [b]) => a - b);
  const parts = byMulticast.map(([multicast, words]) => {
    const of = multicast === 1 ? "1 instance" : `${number(multicast)} instances at once`;
    if (multicast === 1 && sums.size === 1) return `${number(words)} ${count === "reads" ? "words" : "partial sums"}`;
    return count === "reads" ? `${number(words)} words to ${of}` : `${number(words)} sums from ${of}`;
  });
  return { byMulticast, text: parts.length === 1 ? parts[0] : `(${parts.join(" + ")})` };
}

/** What all instances of a level send inwards, or take in of partial sums. */
export function sentRecords(sender: DataSpaceResult, value: number, count: "reads" | "updates"): string | null {
  const transfers = transfersOf(sender, count);
  const { utilizedInstances: instances } = sender;
  if (transfers === null) return null;
  const one = transfers.byMulticast.reduce((sum, [, words]) => sum + words, 0);
  if (Math.round(one) * instances !== value) return null;
  const all = instances === 1 ? "" : ` × ${number(instances)} instances`;
  const rounded = Number.isInteger(one) ? "" : ", rounded at each instance";
  const plain = transfers.byMulticast.length === 1 && instances === 1 && rounded === "";
  return plain ? transfers.text : `${transfers.text}${all} = ${number(value)}${rounded}`;
}

/**
 * What arrives at the instances of a level from the one outside.
 * @param fresh words of one instance that are new, so that nothing is brought
 */
export function receivedRecords(
  sender: DataSpaceResult,
  receiver: DataSpaceResult,
  value: number,
  fresh: number,
): string | null {
  const transfers = transfersOf(sender, "reads");
  const { utilizedInstances: instances } = receiver;
  if (transfers === null) return null;
  const delivered = transfers.byMulticast.reduce((sum, [multicast, words]) => sum + multicast * words, 0);
  const one = (delivered * sender.utilizedInstances) / instances - fresh;
  if (![Math.floor(one), Math.round(one)].some((words) => words * instances === value)) return null;
  const takers = transfers.byMulticast.map(([multicast, words]) =>
    multicast === 1 ? number(words) : `${number(words)} × ${number(multicast)}`,
  );
  const sum = takers.length === 1 ? takers[0] : `(${takers.join(" + ")})`;
  const senders = sender.utilizedInstances === 1 ? "" : ` × ${number(sender.utilizedInstances)}`;
  const less = fresh === 0 ? "" : ` − ${number(fresh * instances)} that are new, so that there is nothing to bring`;
  const rounded = one * instances === value ? "" : ", rounded at each instance";
  const shared = transfers.byMulticast.some(([multicast]) => multicast > 1);
  if (!shared && senders === "" && less === "" && rounded === "") return `${sum}, each word for one instance`;
  const meaning = [
    "words sent",
    ...(shared ? ["instances that take each at once"] : []),
    ...(senders === "" ? [] : ["instances that send"]),
  ];
  return `${sum}${senders}${less} = ${number(value)} (${meaning.join(" × ")})${rounded}`;
}
