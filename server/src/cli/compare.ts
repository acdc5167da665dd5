/** `mapspace compare A B`: two evaluations side by side. */

import type { LearnedLatency } from "../engine/model/learned/latency-model.ts";
import {
  formatArea,
  formatChange,
  formatCount,
  formatEdp,
  formatEnergy,
  formatNumber,
  formatPercent,
} from "../workspace/quantities.ts";
import type { Command } from "./command.ts";
import { readInputs } from "./inputs.ts";
import { evaluationJson } from "./json.ts";
import { learnedJson, learnedOf, openLatencyModel } from "./latency.ts";
import { hasErrors, renderProblem } from "./problems.ts";
import { type EvaluatedLayer, evaluatedLayers, openSession, type Session } from "./session.ts";
import { renderTable } from "./table.ts";
import {
  evaluationFlags,
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
  with: { type: "string", multiple: true },
  "latency-model": { type: "string" },
} as const satisfies FlagSpec;

export const compareCommand: Command = {
  name: "compare",
  summary: "two mappings (or designs) side by side",
  help: `Usage: mapspace compare [FLAGS] A B

A and B are mapping files (their architecture and problem are found as \`evaluate\` finds them) or files that hold a
whole design. Files that both need are given with --with.

  --with FILE   a file that belongs to both, for example the architecture; may be repeated
  --json        one JSON object {a, b, ratio}
  --layer NAME  only this layer of the problem
  --latency-model FILE
                adds the cycles that a model made by \`mapspace learn\` expects

Exit status: 0 fine, 1 problems of severity error, 2 wrong usage.
`,
  run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    if (files.length !== 2) throw new UsageError(`compare takes two files, A and B; ${files.length} given`);
    const common = (flags.with as string[] | undefined) ?? [];
    const settings = { overrides: evaluationOverrides(flags), layer: flags.layer as string | undefined };
    const model = flags["latency-model"] === undefined ? null : openLatencyModel(flags["latency-model"] as string);
    const sessions = files.map((file) =>
      openSession(readInputs([file, ...common], false, templateVariables(flags))[0], settings),
    );
    for (const session of sessions) {
      for (const problem of session.problems) {
        if (problem.severity === "error") process.stderr.write(`${renderProblem(problem, session.fileOf)}\n`);
      }
    }
    const [a, b] = sessions.map(onlyLayer);
    if (a === undefined || b === undefined) return exitStatus.problems;
    const [learnedA, learnedB] = model === null ? [] : [a, b].map((one) => learnedOf(model, one));
    if (flags.json) {
      const value = {
        a: { file: files[0], ...json(a, learnedA) },
        b: { file: files[1], ...json(b, learnedB) },
        ratio: {
          cycles: b.evaluation.cycles / a.evaluation.cycles,
          energyPj: b.evaluation.energyPj / a.evaluation.energyPj,
          edpPjCycles: b.evaluation.edpPjCycles / a.evaluation.edpPjCycles,
          ...(learnedA && learnedB ? { learnedCycles: learnedB.cycles / learnedA.cycles } : {}),
        },
      };
      process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    } else process.stdout.write(`${renderComparison(files[0], files[1], a, b, learnedA, learnedB)}\n`);
    return sessions.some((session) => hasErrors(session.problems)) ? exitStatus.problems : exitStatus.fine;
  },
};

const json = ({ architecture, layer, evaluation }: EvaluatedLayer, learned: LearnedLatency | undefined) => ({
  ...evaluationJson(architecture, layer.workload, evaluation, false),
  ...(learned === undefined ? {} : learnedJson(learned)),
});

function onlyLayer(session: Session): EvaluatedLayer | undefined {
  const evaluated = evaluatedLayers(session);
  if (evaluated.length > 1) {
    throw new UsageError(`${session.input.name} has ${evaluated.length} layers; choose one with --layer`);
  }
  return evaluated[0];
}

function renderComparison(
  nameA: string,
  nameB: string,
  a: EvaluatedLayer,
  b: EvaluatedLayer,
  learnedA?: LearnedLatency,
  learnedB?: LearnedLatency,
): string {
  const row = (label: string, valueA: number, valueB: number, format: (value: number) => string) => [
    label,
    format(valueA),
    format(valueB),
    formatChange(valueA, valueB),
  ];
  const rows: string[][] = [
    row("cycles", a.evaluation.cycles, b.evaluation.cycles, formatCount),
    ...(learnedA && learnedB
      ? [row("cycles, learned", Math.round(learnedA.cycles), Math.round(learnedB.cycles), formatCount)]
      : []),
    row("energy", a.evaluation.energyPj, b.evaluation.energyPj, formatEnergy),
    row("EDP", a.evaluation.edpPjCycles, b.evaluation.edpPjCycles, formatEdp),
    row("energy per MAC (pJ)", a.evaluation.energyPerMacPj, b.evaluation.energyPerMacPj, formatNumber),
    row("utilization", a.evaluation.utilization, b.evaluation.utilization, formatPercent),
    row("area", a.evaluation.areaUm2, b.evaluation.areaUm2, formatArea),
    [],
  ];
  const names = [...new Set([...a.evaluation.levels, ...b.evaluation.levels].map((level) => level.name))].reverse();
  for (const name of names) {
    const levelA = a.evaluation.levels.find((level) => level.name === name);
    const levelB = b.evaluation.levels.find((level) => level.name === name);
    rows.push(row(`${name} energy`, levelA?.energyPj ?? 0, levelB?.energyPj ?? 0, formatEnergy));
    for (const [index, space] of a.layer.workload.dataSpaces.entries()) {
      const inB = b.layer.workload.dataSpaces.findIndex((other) => other.name === space.name);
      const resultA = levelA?.dataSpaces[index];
      const resultB = levelB?.dataSpaces[inB];
      if (!resultA?.kept && !resultB?.kept) continue;
      const accesses = (result: typeof resultA) =>
        result ? result.total.reads + result.total.fills + result.total.updates : 0;
      rows.push(row(`  ${space.name} accesses`, accesses(resultA), accesses(resultB), formatCount));
    }
  }
  return renderTable(
    [
      { title: "" },
      { title: nameA, align: "right" },
      { title: nameB, align: "right" },
      { title: "change", align: "right" },
    ],
    rows,
  );
}
