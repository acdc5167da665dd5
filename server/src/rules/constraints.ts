import type { Loop, MappingLevel } from "../engine/model/types.ts";
import { isGenerated, targetLevel } from "../spec/component-constraints.ts";
import type { ConstraintSource, FactorSource } from "../spec/types.ts";
import type { Fix, Location, Problem, Severity } from "../syntax/source.ts";
import { misplacedLoops } from "./misplaced-loops.ts";
import { type Move, moveFix } from "./moves.ts";
import { levelName, mappingPlace, type Subject, writtenFactors } from "./subject.ts";

/** A constraint beside the part of the mapping it speaks about. */
interface Checked {
  subject: Subject;
  constraint: ConstraintSource;
  level: number;
  spatial: boolean;
  /** Loops with more than one trip, innermost first (X before Y). */
  loops: readonly Loop[];
  /** Trips of each dimension in these loops. */
  factors: readonly number[];
  severity: Severity;
  /** Written inside v0.4 components: unit loops take no part in orders, and `split` counts them. */
  inside: boolean;
}

/**
 * `constraint-violated`: architecture constraints bind a given mapping too (Timeloop `mapping/constraints.cpp`,
 * `SatisfiedBy`). What Timeloop reads there but does not compare (lower limits, the end of an order, bypass, and
 * v0.4 component constraints) is a warning.
 */
export function constraints(subject: Subject): Problem[] {
  const { specification, architecture } = subject;
  const source = specification.architectureSource;
  const all = new Set([...specification.constraints, ...(source?.constraints ?? [])]);
  return [...all].flatMap((constraint): Problem[] => {
    const { target, type, scope } = constraint;
    if (scope !== "architecture" || target === null || type === null) return [];
    const spatial = type.value === "spatial";
    const level = targetLevel(target.value, spatial, architecture, source);
    // What nobody wrote about the level of a fan-out is not checked either.
    if (level < 0 || (isGenerated(target.value, source) && !spatial)) return [];
    const inside = source?.constraints.includes(constraint) ?? false;
    const severity = source?.version === "0.4" ? "warning" : "error";
    if (type.value !== "temporal" && !spatial) return bypassProblems(subject, constraint, level);
    const mapped = subject.lowered.mapping.levels[level];
    const loops = realLoops(mapped, spatial);
    // Timeloop has nothing to compare where a level spreads no loop.
    if (spatial && loops.length === 0 && !constraint.factors.some((f) => f.relation !== "<=")) return [];
    const factors = subject.layer.workload.dimensions.map(() => 1);
    for (const loop of loops) factors[loop.dimension] *= loop.factor;
    const checked: Checked = { subject, constraint, level, spatial, loops, factors, severity, inside };
    return [...factorProblems(checked), ...orderProblems(checked), ...splitProblems(checked, mapped)];
  });
}

function realLoops(level: MappingLevel, spatial: boolean): Loop[] {
  const loops = spatial ? [...level.spatialX, ...level.spatialY] : level.temporal;
  return loops.filter((loop) => loop.factor > 1);
}

function violated(checked: Checked, message: string, at: Location, constrained: Location, severity = checked.severity) {
  return {
    code: "constraint-violated",
    severity,
    message: `${levelName(checked.subject, checked.level)} (${checked.spatial ? "spatial" : "temporal"}): ${message}`,
    location: at,
    related: [{ message: "The constraint", location: constrained }],
  };
}

function factorProblems(checked: Checked): Problem[] {
  const { subject, constraint, level, spatial, factors } = checked;
  const { dimensions } = subject.layer.workload;
  const named = new Set(constraint.factors.map((f) => f.dimension.value));
  return dimensions.flatMap(({ name, bound }, dimension): Problem[] => {
    const value = factors[dimension];
    const written = writtenFactors(subject, dimension).find((f) => f.level === level && f.spatial === spatial);
    const at = written?.source.location ?? mappingPlace(subject, level, spatial ? "spatial" : "temporal");
    const problems = constraint.factors
      .filter((factor) => factor.dimension.value === name)
      .flatMap((factor): Problem[] => {
        const broken = brokenFactor(factor, value, bound);
        if (broken === null) return [];
        const severity = factor.relation === ">=" ? "warning" : checked.severity;
        const message = `${name} has ${value}, the constraint asks for ${broken}.`;
        return [
          {
            ...violated(checked, message, at, factor.location, severity),
            fixes: factorFixes(checked, dimension, factor),
          },
        ];
      });
    const most = named.has(name) ? null : constraint.defaultMaxFactor;
    if (most !== null && value > most.value) {
      problems.push(
        violated(checked, `${name} has ${value}, the constraint asks for at most ${most.value}.`, at, most.location),
      );
    }
    return problems;
  });
}

/** Moves what is missing to this level or what is too much out of it; or lets the constraint say what the mapping has. */
function factorFixes(
  { subject, level, spatial, factors }: Checked,
  dimension: number,
  { relation, end }: FactorSource,
): Fix[] {
  const { name, bound } = subject.layer.workload.dimensions[dimension];
  const { levels } = subject.lowered.mapping;
  const value = factors[dimension];
  const wanted = end.value === 0 ? bound : end.value;
  const more = wanted / value;
  const outer = spatial ? level : Math.min(level + 1, levels.length - 1);
  const moves =
    relation !== "<=" && Number.isInteger(more) && !spatial
      ? levels.flatMap((_, from): Move[] =>
          from === level ? [] : [{ dimension, from, spatial: false, to: level, share: more }],
        )
      : Number.isInteger(1 / more)
        ? [{ dimension, from: level, spatial, to: outer, share: 1 / more }]
        : [];
  const possible = moves.filter(({ from, share }) => {
    const loops = spatial ? [...levels[from].spatialX, ...levels[from].spatialY] : levels[from].temporal;
    return loops.some(
      (loop) => loop.dimension === dimension && loop.factor % share === 0 && loop.factor === loop.residual,
    );
  });
  const said = `${name}${relation}${value}`;
  return [
    ...possible.flatMap((move) => moveFix(subject, [move], null)).slice(0, 1),
    {
      title: `Let the constraint say ${said}`,
      edits: [{ location: end.location, newText: String(value) }],
      safe: false,
    },
  ];
}

/** What the constraint wanted, or null where the value is allowed. Fixed factors above the bound do not count. */
function brokenFactor({ relation, end }: FactorSource, value: number, bound: number): string | null {
  if (relation === "<=") return value > end.value ? `at most ${end.value}` : null;
  if (relation === ">=") return value < end.value ? `at least ${end.value}` : null;
  const wanted = end.value === 0 ? bound : end.value;
  return wanted <= bound && wanted !== value ? `${wanted}` : null;
}

function orderProblems(checked: Checked): Problem[] {
  const { subject, constraint, level, spatial, loops, factors } = checked;
  const letters = constraint.permutation;
  if (letters === null || constraint.permutationLocation === null) return [];
  const { dimensions } = subject.layer.workload;
  const free = letters.findIndex(({ value }) => value === "_" || value === "*");
  const index = ({ value }: { value: string }) => dimensions.findIndex((dimension) => dimension.name === value);
  const inner = (free < 0 ? letters : letters.slice(0, free)).map(index);
  const outer =
    free < 0
      ? []
      : letters
          .slice(free + 1)
          .map(index)
          .filter((d) => factors[d] > 1);
  if (inner.includes(-1)) return [];
  const compared = checked.inside ? inner.filter((d) => factors[d] > 1) : inner;
  const written = loops.map((loop) => loop.dimension);
  const order = [...written, ...dimensions.map((_, d) => d).filter((d) => factors[d] === 1)];
  const place = subject.lowered.places[level][spatial ? "spatial" : "temporal"];
  const at = place?.permutationLocation ?? mappingPlace(subject, level, spatial ? "spatial" : "temporal");
  const found = written.map((d) => dimensions[d].name).join("") || "no loops";
  if (!beginsAsTimeloopCompares(compared, order, factors)) {
    const wanted = compared.map((d) => dimensions[d].name).join("");
    const message = `the loops with more than one trip are ${found} (innermost first), the constraint asks for ${wanted} innermost.`;
    return [violated(checked, message, at, constraint.permutationLocation)];
  }
  const tail = written.slice(written.length - outer.length);
  if (outer.some((d, i) => d !== tail[i])) {
    const wanted = outer.map((d) => dimensions[d].name).join("");
    const message = `the loops with more than one trip are ${found} (innermost first), the constraint asks for ${wanted} outermost.`;
    return [violated(checked, message, at, constraint.permutationLocation, "warning")];
  }
  return [];
}

/** Timeloop's comparison, which may skip a loop only if the loop at the *constraint's* position has one trip. */
function beginsAsTimeloopCompares(wanted: readonly number[], order: readonly number[], factors: readonly number[]) {
  let i = 0;
  let j = 0;
  while (i < wanted.length && j < order.length) {
    if (wanted[i] === order[j]) {
      i++;
      j++;
    } else if (factors[order[i]] === 1) j++;
    else return false;
  }
  return true;
}

function splitProblems(checked: Checked, mapped: MappingLevel): Problem[] {
  const { subject, constraint, level, spatial, loops } = checked;
  const { split } = constraint;
  if (!spatial || split === null || loops.length === 0) return [];
  const own = subject.lowered.places[level].spatial?.split;
  const told = (message: string) => [
    violated(checked, message, own?.location ?? mappingPlace(subject, level, "spatial"), split.location),
  ];
  if (checked.inside) {
    if (own == null || own.value === split.value) return [];
    const misplaced = misplacedLoops(subject.layer.workload, constraint, split.value, mapped);
    return misplaced === null ? [] : told(`${misplaced}, which the constraint's split of ${split.value} rules out.`);
  }
  const inX = mapped.spatialX.filter((loop) => loop.factor > 1).length;
  if (inX === split.value) return [];
  return told(`${inX} loops with more than one trip run along X, the constraint's split asks for ${split.value}.`);
}

function bypassProblems(subject: Subject, constraint: ConstraintSource, level: number): Problem[] {
  const { keep } = subject.lowered.mapping.levels[level];
  const check = (names: ConstraintSource["keep"], wanted: boolean) =>
    names.flatMap(({ value, location }): Problem[] => {
      const space = subject.layer.workload.dataSpaces.findIndex((s) => s.name === value);
      if (space < 0 || keep[space] === wanted) return [];
      return [
        {
          code: "constraint-violated",
          severity: "warning",
          message: `${levelName(subject, level)} ${wanted ? "bypasses" : "keeps"} ${value}, the constraint asks it to ${wanted ? "keep" : "bypass"} it. Timeloop's model does not compare this.`,
          location: mappingPlace(subject, level, "dataTypes"),
          related: [{ message: "The constraint", location }],
        },
      ];
    });
  return [...check(constraint.keep, true), ...check(constraint.bypass, false)];
}
