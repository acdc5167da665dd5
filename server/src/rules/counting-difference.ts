import { evaluating } from "../engine/model/evaluate.ts";
import {
  defaultEvaluationOptions,
  type Evaluation,
  type EvaluationOptions,
  type EvaluationOutcome,
} from "../engine/model/types.ts";
import type { Problem } from "../syntax/source.ts";
import { headOf, type Subject } from "./subject.ts";

/** Differences below this share say nothing. */
const worthSaying = 0.001;

/** What is said depends on the outcome alone, and costs several evaluations: kept as long as the outcome. */
const known = new WeakMap<EvaluationOutcome, Pick<Problem, "code" | "message">[]>();

/** `counting-difference` and `link-transfers`: where the way of counting changes the result, by how much and why. */
export function* countingDifference(subject: Subject): Generator<void, Problem[]> {
  let notes = known.get(subject.outcome);
  if (notes === undefined) {
    notes = yield* differences(subject);
    known.set(subject.outcome, notes);
  }
  const location = headOf(subject.mappingSource.location);
  return notes.map((note) => ({ ...note, severity: "information", location }));
}

function* differences(subject: Subject): Generator<void, Pick<Problem, "code" | "message">[]> {
  const shownNow = subject.outcome.evaluation;
  if (shownNow === undefined) return [];
  const notes: Pick<Problem, "code" | "message">[] = [];
  const other = shownNow.counting === "exact" ? "timeloop" : "exact";
  const exact = shownNow.counting === "exact" ? shownNow : yield* cost(subject, { counting: "exact" });
  const timeloop = shownNow.counting === "exact" ? yield* cost(subject, { counting: "timeloop" }) : shownNow;
  const found = compare(exact, timeloop);
  if (exact !== undefined && timeloop !== undefined && found.length > 0) {
    notes.push({
      code: "counting-difference",
      message: `Counted ${other === "timeloop" ? "as Timeloop does" : "exactly"} the result differs: ${found.map((d) => d.describe(other)).join(", ")}. ${yield* cause(subject, exact, timeloop)}`,
    });
  }
  if (shownNow.counting === "exact") {
    const { linkTransfers } = subject.options;
    const switched = compare(shownNow, yield* cost(subject, { ...subject.options, linkTransfers: !linkTransfers }));
    if (switched.length > 0) {
      notes.push({
        code: "link-transfers",
        message: `With link transfers switched ${linkTransfers ? "off" : "on"}: ${switched.map((d) => d.describe("timeloop")).join(", ")}.`,
      });
    }
  }
  return notes;
}

function* cost(subject: Subject, stated: Partial<EvaluationOptions>): Generator<void, Evaluation | undefined> {
  const { architecture, layer, lowered } = subject;
  const options = { ...defaultEvaluationOptions(stated.counting), ...stated };
  yield;
  return (yield* evaluating(architecture, layer.workload, lowered.mapping, options)).evaluation;
}

interface Difference {
  /** “energy 3.1 % lower” as seen from the other one. */
  describe(other: "exact" | "timeloop"): string;
}

/** Where the second differs from the first by more than the threshold. */
function compare(exact: Evaluation | undefined, timeloop: Evaluation | undefined): Difference[] {
  if (exact === undefined || timeloop === undefined) return [];
  const quantities: [string, number, number][] = [
    ["energy", exact.energyPj, timeloop.energyPj],
    ["cycles", exact.cycles, timeloop.cycles],
    ["MACs", exact.compute.computes, timeloop.compute.computes],
  ];
  return quantities.flatMap(([name, ours, theirs]): Difference[] => {
    if (Math.abs(theirs - ours) <= worthSaying * Math.abs(ours)) return [];
    const describe = (other: "exact" | "timeloop") => {
      const [base, value] = other === "timeloop" ? [ours, theirs] : [theirs, ours];
      const percent = base === 0 ? 0 : (100 * (value - base)) / base;
      return `${name} ${Math.abs(percent).toFixed(Math.abs(percent) < 1 ? 2 : 1)} % ${percent < 0 ? "lower" : "higher"}`;
    };
    return [{ describe }];
  });
}

/** The rule of Timeloop (docs/model.md) that makes the difference, as far as the mapping shows it. */
function* cause(subject: Subject, exact: Evaluation, timeloop: Evaluation): Generator<void, string> {
  const { levels } = subject.lowered.mapping;
  const imperfect = (loop: { factor: number; residual: number }) => loop.factor !== loop.residual;
  const spatial = levels.some((level) => [...level.spatialX, ...level.spatialY].some(imperfect));
  const temporal = levels.some((level) => level.temporal.some(imperfect));
  const reasons: string[] = [];
  if (spatial) reasons.push("Timeloop rounds the average number of busy instances of an imperfect spatial loop down");
  if (temporal && exact.cycles !== timeloop.cycles) {
    reasons.push("Timeloop counts every pass of an imperfect temporal loop as a full one");
  }
  if (temporal && !spatial) {
    reasons.push("Timeloop walks only one instance, so last passes inside a spatial loop count for all instances");
  }
  if (reasons.length === 0) {
    const withoutLinks = yield* cost(subject, { counting: "timeloop", linkTransfers: false });
    if (compare(exact, withoutLinks).length < compare(exact, timeloop).length) {
      reasons.push("Timeloop lets neighbours forward data over links, which exact counting leaves out by default");
    } else {
      reasons.push("Timeloop walks two passes of each loop and takes the overlap of windows from those");
    }
  }
  return `${reasons.join("; ")}.`;
}
