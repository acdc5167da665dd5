/**
 * One access count in words a student understands, from the user's own loops with the numbers put in. A product is
 * shown only where it comes to the very number; else the kinds of step are, as the counting rule found them.
 */

import type { DataSpaceResult, Term, TermLoop } from "../engine/model/types.ts";
import { listed } from "../spec/nearest.ts";
import { formatCount, formatNumber } from "../workspace/quantities.ts";
import {
  type Explained,
  factorName,
  keeperInside,
  keeperOutside,
  loopName,
  loopsBetween,
  moves,
} from "./explain-loops.ts";
import { receivedRecords, sentRecords } from "./explain-records.ts";

export type CountName = "reads" | "fills" | "updates";

/** Kinds of step that are listed; the rest is summed up. */
const stepsListed = 6;

const number = (value: number) => (Number.isInteger(value) ? formatCount(value) : formatNumber(value));

/** Lines of Markdown; none where there is nothing to say. */
export function explainCount(
  explained: Explained,
  results: readonly DataSpaceResult[],
  level: number,
  dataSpace: number,
  count: CountName,
): string[] {
  const value = results[level].total[count];
  if (value === 0) return [];
  const { readWrite } = explained.workload.dataSpaces[dataSpace];
  if (count === "fills") return explainFills(explained, results, level, dataSpace);
  if (count === "updates") return explainSent(explained, results, level, dataSpace, "updates");
  return readWrite
    ? explainPartialReads(explained, results, level, dataSpace)
    : explainSent(explained, results, level, dataSpace, "reads");
}

interface Product {
  /** Loops outside the level, outermost first, down to the first that moves the data space. */
  repeating: TermLoop[];
  /** Loops between that one and the level: the tile stays while they run. */
  staying: TermLoop[];
  words: number;
}

/** Tile × trips of the loops that make it move, for all instances; the engine's number decides whether that is true. */
function product(
  explained: Explained,
  level: number,
  dataSpace: number,
  { tileWords, utilizedInstances }: DataSpaceResult,
): Product {
  const outside = loopsBetween(explained, level + 1, explained.mapping.levels.length).filter(
    (loop) => loop.kind === "temporal",
  );
  const first = outside.findIndex((loop) => moves(explained, dataSpace, loop));
  const repeating = first < 0 ? [] : outside.slice(first);
  const trips = repeating.reduce((all, loop) => all * loop.factor, 1);
  return {
    repeating: repeating.reverse(),
    staying: first < 0 ? outside : outside.slice(0, first),
    words: tileWords * trips * utilizedInstances,
  };
}

function explainFills(
  explained: Explained,
  results: readonly DataSpaceResult[],
  level: number,
  dataSpace: number,
): string[] {
  const result = results[level];
  const { name, readWrite } = explained.workload.dataSpaces[dataSpace];
  const { fills } = result.total;
  const parent = keeperOutside(explained, level, dataSpace);
  const received = (fresh: number) =>
    parent === undefined ? null : receivedRecords(results[parent], result, fills, fresh);
  if (readWrite) {
    const arrived = result.terms?.received?.value;
    const elided = arrived === undefined ? undefined : arrived - fills;
    const records = elided === undefined ? received(result.terms?.fills?.inputs.owned ?? 0) : null;
    if (records !== null)
      return [`**${name} fills** = ${records}. These are partial sums that come back. ${timeloopsRule}`];
    const how =
      elided === undefined
        ? ""
        : `: ${number(arrived!)} words of tiles that come in − ${number(elided)} that are new, so that there is nothing to bring`;
    return [
      `**${name} fills** = ${number(fills)}${how}. These are partial sums that left before they were complete and come back.`,
    ];
  }
  const from = parent === undefined ? "" : ` from ${explained.architecture.storage[parent].name}`;
  const line = productLine(explained, `**${name} fills**${from}`, level, dataSpace, result, fills);
  if (line !== null) return [line];
  const title = `**${name} fills**${from} =`;
  return stepLines(explained, title, result.terms?.received, fills, () => received(0));
}

/** “Weights fills = 192 words/tile × 4 (K at DRAM) × … = 2,064,384, because …”; `null` where the product is another number. */
function productLine(
  explained: Explained,
  title: string,
  level: number,
  dataSpace: number,
  result: DataSpaceResult,
  value: number,
): string | null {
  const { repeating, staying, words } = product(explained, level, dataSpace, result);
  const perfect = repeating.every((loop) => loop.factor === loop.residual);
  if (words !== value || !perfect) return null;
  const { name } = explained.workload.dataSpaces[dataSpace];
  const where = explained.architecture.storage[level].name;
  const factors = [
    `${number(result.tileWords)} words/tile`,
    ...repeating.map((loop) => factorName(explained, loop)),
    ...(result.utilizedInstances > 1 ? [`${number(result.utilizedInstances)} instances`] : []),
  ];
  const equation = `${title} = ${factors.join(" × ")}${factors.length > 1 ? ` = ${number(value)}` : ""}`;
  const why = becauseOf(explained, name, where, repeating, staying);
  return `${equation}${why}`;
}

function becauseOf(
  explained: Explained,
  name: string,
  where: string,
  repeating: readonly TermLoop[],
  staying: readonly TermLoop[],
): string {
  const names = (loops: readonly TermLoop[]) => listed(loops.map((loop) => loopName(explained, loop)));
  const idle =
    staying.length === 0
      ? ""
      : ` While ${names(staying)} run${staying.length === 1 ? "s" : ""}, the tile stays: ${name} does not depend on ${staying.length === 1 ? "it" : "them"}.`;
  if (repeating.length === 0) return `: no loop outside ${where} moves ${name}, so each word comes once.${idle}`;
  const mover = repeating[repeating.length - 1];
  const others = repeating.slice(0, -1);
  const again =
    others.length === 0
      ? ""
      : `, and ${names(others)} ${others.length === 1 ? "is" : "are"} outside it and ${others.length === 1 ? "repeats" : "repeat"} all that`;
  return `, because ${loopName(explained, mover)} is the first loop outside ${where} that moves ${name}${again}.${idle}`;
}

/** Words that leave a level (or partial sums that arrive at it), by way of the next level inside that keeps them. */
function explainSent(
  explained: Explained,
  results: readonly DataSpaceResult[],
  level: number,
  dataSpace: number,
  count: "reads" | "updates",
): string[] {
  const result = results[level];
  const value = result.total[count];
  const { name } = explained.workload.dataSpaces[dataSpace];
  const title = `**${name} ${count}**`;
  const sent = () => sentRecords(result, value, count);
  const inner = keeperInside(explained, level, dataSpace);
  const spread = loopsBetween(explained, inner + 1, level + 1).filter(
    (loop) => loop.kind !== "temporal" && !moves(explained, dataSpace, loop),
  );
  const children = spread.reduce((all, loop) => all * loop.factor, 1);
  const sharing =
    spread.length === 1
      ? factorName(explained, spread[0])
      : `${children} (${spread.map((loop) => `${loop.factor} ${loopName(explained, loop)}`).join(" × ")})`;
  const shared = (total: number) => value > 0 && spread.length > 0 && total === value * children;
  const together =
    count === "reads"
      ? `one read serves all of them, since ${name} does not depend on ${spread.length === 1 ? "it" : "them"}`
      : "their partial sums are added up on the way";
  if (inner < 0) {
    const macs = explained.workload.dimensions.reduce((all, { bound }) => all * bound, 1);
    const each =
      count === "reads" ? "one operand for each multiply–accumulate" : "one partial sum from each multiply–accumulate";
    if (value === macs) return [`${title} = ${number(value)}, ${each}.`];
    if (shared(macs))
      return [`${title} = ${number(macs)} multiply–accumulates ÷ ${sharing} = ${number(value)}: ${together}.`];
    const records = sent();
    if (records === null) return [`${title} = ${number(value)} for ${number(macs)} multiply–accumulates.`];
    return [`${title} = ${records} for ${number(macs)} multiply–accumulates. ${timeloopsRule}`];
  }
  const child = results[inner];
  const childName = explained.architecture.storage[inner].name;
  // What leaves a child is its tile at every change of it: the same product as for its fills.
  const moved = product(explained, inner, dataSpace, child).words;
  const total = count === "reads" ? child.total.fills : moved;
  const what = count === "reads" ? `words that ${childName} is filled with` : `words of tiles that leave ${childName}`;
  const reason =
    count === "updates"
      ? productLine(explained, `The words that leave ${childName}`, inner, dataSpace, child, moved)
      : null;
  const exactly = total === value;
  if (exactly || shared(total)) {
    const head = exactly
      ? `${title} = ${number(value)}, the ${what}.`
      : `${title} = ${number(total)} ${what} ÷ ${sharing} = ${number(value)}: ${together}.`;
    return reason === null ? [head] : [`${head} ${reason}`];
  }
  return stepLines(explained, `${title} =`, result.terms?.sent, value, sent);
}

function explainPartialReads(
  explained: Explained,
  results: readonly DataSpaceResult[],
  level: number,
  dataSpace: number,
): string[] {
  const { total } = results[level];
  const { name } = explained.workload.dataSpaces[dataSpace];
  const first = total.updates - total.reads;
  if (first === 0) return [`**${name} reads** = ${number(total.reads)}: every update is added to what was there.`];
  if (first < 0) return [`**${name} reads** = ${number(total.reads)}.`];
  return [
    `**${name} reads** = ${number(total.updates)} updates − ${number(first)} that are the first of their word, with nothing to add to = ${number(total.reads)}.`,
  ];
}

const timeloopsRule =
  "Timeloop walks the first two passes of every loop at one instance, takes later passes to be like the second, and multiplies.";

/** Kinds of step of a transfer, largest first; without them, the records of Timeloop's rule. */
function stepLines(
  explained: Explained,
  title: string,
  term: Term | undefined,
  value: number,
  records: () => string | null,
): string[] {
  if (term === undefined || term.value !== value) return [`${title} ${records() ?? number(value)}. ${timeloopsRule}`];
  const head = `${title} ${number(value)}`;
  const parts = mergeSteps(term.parts ?? []);
  const lines = parts.slice(0, stepsListed).map((part) => {
    const { times, words, tileWords, overlapWords } = part.inputs;
    const when =
      part.loops === undefined
        ? times === 1
          ? "at the first step"
          : `${number(times)} × at the first step`
        : `${number(times)} × when ${loopName(explained, part.loops[0])} advances`;
    const stay =
      overlapWords > 0 ? `: of a tile of ${number(tileWords)} words ${number(overlapWords)} are there already` : "";
    return `  * ${when}, ${number(words)} words${times === 1 ? "" : ` = ${number(part.value)}`}${stay}`;
  });
  const rest = parts.slice(stepsListed).reduce((sum, part) => sum + part.value, 0);
  if (rest > 0) lines.push(`  * ${number(rest)} words at ${parts.length - stepsListed} more kinds of step`);
  const most = largestMover(parts);
  const blame = most === undefined ? "" : `; most of it when ${loopName(explained, most)} advances`;
  return [`${head}${blame}:`, ...lines];
}

/** Steps that differ only in who shares the words are one for the reader. */
function mergeSteps(parts: readonly Term[]): Term[] {
  const merged = new Map<string, Term>();
  for (const part of parts) {
    const { times, words, tileWords, overlapWords } = part.inputs;
    const key = JSON.stringify([part.loops, words, tileWords, overlapWords]);
    const same = merged.get(key);
    merged.set(
      key,
      same === undefined
        ? part
        : { ...same, value: same.value + part.value, inputs: { ...same.inputs, times: same.inputs.times + times } },
    );
  }
  return [...merged.values()].sort((a, b) => b.value - a.value);
}

function largestMover(parts: readonly Term[]): TermLoop | undefined {
  const sums = new Map<string, { loop: TermLoop; words: number }>();
  for (const part of parts) {
    const loop = part.loops?.[0];
    if (loop === undefined) continue;
    const key = JSON.stringify(loop);
    const sum = sums.get(key) ?? { loop, words: 0 };
    sum.words += part.value;
    sums.set(key, sum);
  }
  return [...sums.values()].sort((a, b) => b.words - a.words)[0]?.loop;
}
