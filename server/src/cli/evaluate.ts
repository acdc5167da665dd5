/** `mapspace evaluate`: the cost of a mapping. */

import type { LatencyModel } from "../engine/model/learned/latency-model.ts";
import { isUnreadable } from "../spec/unreadable.ts";
import { networkTotals } from "../workspace/analysis.ts";
import { formatCount, formatEdp, formatEnergy } from "../workspace/quantities.ts";
import type { Command } from "./command.ts";
import { readInputs } from "./inputs.ts";
import { evaluationJson, problemJson } from "./json.ts";
import { learnedJson, learnedOf, openLatencyModel, renderLearned } from "./latency.ts";
import { hasErrors, renderProblem } from "./problems.ts";
import { renderReport } from "./report.ts";
import { type EvaluatedLayer, evaluatedLayers, openSession, type Session } from "./session.ts";
import { renderTable } from "./table.ts";
import { renderTerms } from "./terms.ts";
import { renderTimeloopStatistics } from "./timeloop-statistics.ts";
import {
  evaluationFlags,
  evaluationHelp,
  evaluationOverrides,
  exitStatus,
  type FlagSpec,
  parseFlags,
  templateVariables,
  UsageError,
} from "./usage.ts";

const flagSpec = {
  ...evaluationFlags,
  json: { type: "boolean" },
  terms: { type: "boolean" },
  each: { type: "boolean" },
  format: { type: "string" },
  "latency-model": { type: "string" },
} as const satisfies FlagSpec;

/** What the table says already. */
const shownInTable: ReadonlySet<string> = new Set(["estimate", "minimal-buffer"]);

export const evaluateCommand: Command = {
  name: "evaluate",
  summary: "latency, energy and accesses of a mapping",
  help: `Usage: mapspace evaluate [FLAGS] FILE...

All FILEs form one design: an architecture, a problem (one layer or a list), a mapping, and where you have them
energy and area tables (ERT, ART). What is missing is looked for beside the mapping and in its modeline. A folder
stands for each mapping file in it, also in the folders inside.

  --json                   one JSON object (one line per file with --each)
  --terms                  how every count comes about
  --each                   every FILE is a design of its own
  --format table|timeloop  timeloop: statistics in the layout of timeloop-model
  --layer NAME             only this layer of the problem
  --latency-model FILE     adds the cycles that a model made by \`mapspace learn\` expects
${evaluationHelp}
Exit status: 0 fine, 1 problems of severity error, 2 wrong usage.
`,
  run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    const format = flags.format ?? "table";
    if (format !== "table" && format !== "timeloop")
      throw new UsageError(`--format takes table or timeloop; not "${format}"`);
    const file = flags["latency-model"] as string | undefined;
    const model = file === undefined ? null : openLatencyModel(file);
    const settings = {
      overrides: evaluationOverrides(flags),
      terms: flags.terms === true,
      layer: flags.layer as string | undefined,
    };
    let status: number = exitStatus.fine;
    const inputs = readInputs(files, flags.each === true, templateVariables(flags));
    inputs.forEach((input, index) => {
      const session = openSession(input, settings);
      if (hasErrors(session.problems)) status = exitStatus.problems;
      if (flags.json || flags.each) {
        const several = flags.each === true || inputs.length > 1;
        const value = several
          ? { file: input.name, ...sessionJson(session, settings.terms, model) }
          : sessionJson(session, settings.terms, model);
        process.stdout.write(`${JSON.stringify(value, null, several ? undefined : 2)}\n`);
        return;
      }
      if (index > 0) process.stdout.write("\n\n");
      process.stdout.write(`${renderSession(session, format, settings.terms, model)}\n`);
      for (const problem of session.problems) {
        if (!shownInTable.has(problem.code)) process.stderr.write(`${renderProblem(problem, session.fileOf)}\n`);
      }
      if (input.found.length > 0) process.stderr.write(`${input.name}: note: found ${input.found.join(", ")}\n`);
      for (const note of input.notes) process.stderr.write(`${input.name}: note: ${note}\n`);
    });
    return status;
  },
};

/** One layer: its evaluation at the top. Several: network totals at the top and every layer in `layers`. */
export function sessionJson(session: Session, terms: boolean, model: LatencyModel | null = null) {
  const learned = (one: EvaluatedLayer) => (model === null ? {} : learnedJson(learnedOf(model, one)));
  const evaluated = evaluatedLayers(session);
  const problems = session.problems.map((problem) => problemJson(problem, session.fileOf));
  if (session.analysis.layers.length <= 1) {
    const only = evaluated[0];
    return only
      ? {
          ...evaluationJson(only.architecture, only.layer.workload, only.evaluation, terms),
          ...learned(only),
          problems,
        }
      : { problems };
  }
  return {
    ...networkTotals(session.analysis),
    layers: evaluated.map((one) => ({
      name: one.layer.workload.name,
      count: one.layer.count,
      ...evaluationJson(one.architecture, one.layer.workload, one.evaluation, terms),
      ...learned(one),
    })),
    problems,
  };
}

function renderSession(session: Session, format: string, terms: boolean, model: LatencyModel | null): string {
  const evaluated = evaluatedLayers(session);
  if (evaluated.length === 0) {
    return `${session.input.name}: no cost, because ${whyNoCost(session)}`;
  }
  const blocks = evaluated.map((one) => {
    const { architecture, layer, mapping, evaluation } = one;
    return format === "timeloop"
      ? renderTimeloopStatistics(architecture, layer.workload, evaluation)
      : [
          renderReport(session.input.name, architecture, layer.workload, evaluation),
          ...(model === null ? [] : [renderLearned(learnedOf(model, one))]),
          ...(terms ? [renderTerms({ architecture, workload: layer.workload, mapping }, evaluation)] : []),
        ].join("\n\n");
  });
  if (session.analysis.layers.length > 1 && format === "table") blocks.push(renderNetwork(session));
  return blocks.join("\n\n");
}

function whyNoCost({ specification, fileOf }: Session): string {
  const unreadable = specification.problems.find(isUnreadable);
  if (unreadable !== undefined) return `${fileOf(unreadable.location.uri).uri} cannot be read: ${unreadable.message}`;
  const missing = [
    specification.architecture === undefined && "there is no readable architecture",
    specification.layers.length === 0 && "there is no readable problem",
    specification.mappingSource === undefined && "there is no mapping",
  ].filter((reason) => reason !== false);
  return missing.length > 0
    ? missing.join(" and ")
    : "the mapping does not describe the problem (see the problems below)";
}

function renderNetwork(session: Session): string {
  const totals = networkTotals(session.analysis);
  const rows = session.analysis.layers.map(({ layer, outcome }) => {
    const cost = outcome?.evaluation;
    const name = layer.workload.name || "(unnamed)";
    if (cost === undefined) return [name, String(layer.count), "no cost"];
    return [
      name,
      String(layer.count),
      formatCount(cost.cycles),
      formatEnergy(cost.energyPj),
      formatEdp(cost.edpPjCycles),
    ];
  });
  rows.push([]);
  rows.push(["network", "", formatCount(totals.cycles), formatEnergy(totals.energyPj), formatEdp(totals.edpPjCycles)]);
  const columns = [
    { title: "layer" },
    { title: "count", align: "right" as const },
    { title: "cycles", align: "right" as const },
    { title: "energy", align: "right" as const },
    { title: "EDP", align: "right" as const },
  ];
  return `Network\n${renderTable(columns, rows)}`;
}
