import { type Fanout, fanouts, hasFanout } from "../engine/model/fanout.ts";
import type { Architecture, Workload } from "../engine/model/types.ts";
import { targetLevel } from "../spec/component-constraints.ts";
import { didYouMean, listed, renameFixes } from "../spec/nearest.ts";
import type { ArchitectureSource, ConstraintSource } from "../spec/types.ts";
import type { Located, Problem, Severity } from "../syntax/source.ts";

/** Names in constraints: targets, dimensions and data spaces must exist, spatial ones need a fan-out. */
export function constraintNames(
  constraints: readonly ConstraintSource[],
  architecture: Architecture,
  workload: Workload,
  source: ArchitectureSource | undefined,
): Problem[] {
  const fans = fanouts(architecture);
  return constraints.flatMap((constraint) => [
    ...targetProblems(constraint, architecture, fans, source),
    ...dimensionProblems(constraint, workload),
    ...dataSpaceProblems(constraint, workload),
  ]);
}

/** Timeloop's model reads architecture constraints only: what is wrong with the others stops searches alone. */
function severityOf(constraint: ConstraintSource): Severity {
  return constraint.scope === "architecture" ? "error" : "warning";
}

function targetProblems(
  constraint: ConstraintSource,
  architecture: Architecture,
  fans: readonly Fanout[],
  source: ArchitectureSource | undefined,
): Problem[] {
  const { target, type } = constraint;
  if (target === null || type === null) return [];
  const names = architecture.storage.map((level) => level.name);
  const level = targetLevel(target.value, type.value === "spatial", architecture, source);
  const { location } = target;
  const severity = severityOf(constraint);
  if (level < 0) {
    if (target.value === architecture.compute.name && source?.version === "0.4") return [];
    return [
      {
        code: "unknown-target",
        severity,
        message: `The architecture has no storage level named “${target.value}”; it has ${listed([...names].reverse())}.`,
        location,
        fixes: renameFixes(target.value, names, location),
      },
    ];
  }
  if (type.value === "spatial" && !hasFanout(fans[level])) {
    return [
      {
        code: "no-fanout",
        severity: source?.version === "0.4" ? "warning" : severity,
        message: `${target.value} has no fan-out: as many instances as the level below it. A spatial constraint has no place here.`,
        location,
      },
    ];
  }
  if ((type.value === "parallelism" || type.value === "utilization") && level !== 0) {
    return [
      {
        code: "constraint-parallelism",
        severity,
        message: `Parallelism is constrained at the innermost storage level, ${names[0]}; here it cannot be.`,
        location,
        fixes: [{ title: `Write “${names[0]}”`, edits: [{ location, newText: names[0] }], safe: false }],
      },
    ];
  }
  return [];
}

function dimensionProblems(constraint: ConstraintSource, workload: Workload): Problem[] {
  const names = workload.dimensions.map((dimension) => dimension.name);
  const letters = (constraint.permutation ?? []).filter(({ value }) => value !== "_" && value !== "*");
  const factors = constraint.factors.map((factor) => factor.dimension);
  const unknown = [...factors, ...letters].filter(({ value }) => !names.includes(value));
  const problems = unknown.map(({ value, location }): Problem => {
    return {
      code: "unknown-dimension",
      severity: severityOf(constraint),
      message: `The problem has no dimension ${value}; it has ${listed(names)}.${didYouMean(value, names)}`,
      location,
      fixes: renameFixes(value, names, location),
    };
  });
  for (const factor of constraint.factors) {
    if (factor.relation === "=" || factor.end.value > 0) continue;
    problems.push({
      code: "constraint-limit",
      severity: severityOf(constraint),
      message: `The limit of ${factor.dimension.value} must be at least 1.`,
      location: factor.location,
    });
  }
  return problems;
}

function dataSpaceProblems(constraint: ConstraintSource, workload: Workload): Problem[] {
  const names = workload.dataSpaces.map((space) => space.name);
  const lists: (readonly Located<string>[])[] = [
    constraint.keep,
    constraint.bypass,
    constraint.noReuse,
    constraint.noTemporalReuse,
    constraint.noLinkTransfer,
    constraint.noMulticastNoReduction,
    constraint.rmwFirstUpdate,
    constraint.noCoalesce,
  ];
  return lists
    .flat()
    .filter(({ value }) => !names.includes(value))
    .map(({ value, location }) => ({
      code: "unknown-data-space",
      severity: severityOf(constraint),
      message: `The problem has no data space “${value}”; it has ${listed(names)}.`,
      location,
      fixes: renameFixes(value, names, location),
    }));
}
