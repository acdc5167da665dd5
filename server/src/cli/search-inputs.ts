/** What `search` and `verify` read: the hardware, one layer, and what the files allow a search to choose. */

import type { Conflict, MapspaceConstraint } from "../engine/mapspace/constraints.ts";
import type { Architecture, Mapping } from "../engine/model/types.ts";
import { lowerMapping } from "../spec/mapping.ts";
import { lowerConstraints } from "../spec/mapspace-constraints.ts";
import { readSpecification } from "../spec/specification.ts";
import type { ArchitectureSource, LayerSource, Specification } from "../spec/types.ts";
import { isUnreadable } from "../spec/unreadable.ts";
import { lineAndColumn } from "../syntax/position.ts";
import type { Location, Problem, SourceFile } from "../syntax/source.ts";
import { type Input, readInputs, type TemplateVariables } from "./inputs.ts";
import { fileLookup, renderProblem } from "./problems.ts";
import { openSession } from "./session.ts";
import { DesignError, UsageError } from "./usage.ts";

export interface SearchInput {
  name: string;
  files: readonly SourceFile[];
  specification: Specification;
  architecture: Architecture;
  architectureSource: ArchitectureSource | undefined;
  layer: LayerSource;
  constraints: MapspaceConstraint[];
  places: readonly Location[];
  /** The mapping the files hold, where they hold one. */
  before: Mapping | null;
  /** What is doubtful in the files, a line each. */
  warnings: readonly string[];
  fileOf: (uri: string) => SourceFile;
}

export function readSearchInput(
  names: readonly string[],
  wanted: string | undefined,
  variables: TemplateVariables,
): SearchInput {
  const [input, ...others] = readInputs(names, false, variables);
  if (others.length > 0) {
    const found = [input, ...others].map(({ name }) => name).join(", ");
    throw new UsageError(`one design at a time: name one of the mappings ${found}`);
  }
  const specification = readSpecification(input.files);
  const { architecture, architectureSource, mappingSource, layers } = specification;
  const fileOf = fileLookup([...input.files, ...input.included]);
  const unreadable = specification.problems.find(isUnreadable);
  if (unreadable !== undefined) throw new DesignError(renderProblem(unreadable, fileOf));
  if (architecture === undefined) throw new DesignError(`${input.name}: there is no readable architecture`);
  if (layers.length === 0) throw new DesignError(`${input.name}: there is no readable problem`);
  const chosen = wanted ?? input.layer ?? undefined;
  const layer = chosen === undefined ? layers[0] : layers.find(({ workload }) => workload.name === chosen);
  if (layer === undefined) throw new UsageError(`${input.name}: there is no layer called "${chosen}"`);
  if (chosen === undefined && layers.length > 1) {
    const list = layers.map(({ workload }) => workload.name || "(unnamed)").join(", ");
    throw new UsageError(`${input.name}: the problem has several layers; choose one with --layer: ${list}`);
  }
  const { constraints, places } = lowerConstraints(
    specification.constraints,
    architecture,
    layer.workload,
    architectureSource,
  );
  const warnings = told(input, chosen, mappingSource?.location);
  const before =
    mappingSource === undefined
      ? null
      : lowerMapping(mappingSource, architecture, layer.workload, architectureSource).value.mapping;
  return {
    name: input.name,
    files: input.files,
    specification,
    architecture,
    architectureSource,
    layer,
    constraints,
    places,
    before,
    warnings,
    fileOf,
  };
}

/**
 * Warnings about what a search reads. A design with errors is not searched: it would not be the one that was meant. What
 * is wrong with its mapping does not matter here.
 */
function told(input: Input, layer: string | undefined, mapping: Location | undefined): string[] {
  const { problems, fileOf } = openSession(input, { overrides: {}, layer });
  const matters = ({ code, location: { uri, start } }: Problem) =>
    code !== "missing-mapping" &&
    !(mapping !== undefined && uri === mapping.uri && start >= mapping.start && start <= mapping.end);
  const [errors, warnings] = (["error", "warning"] as const).map((severity) =>
    problems.filter((problem) => problem.severity === severity && matters(problem)),
  );
  const lines = (these: readonly Problem[]) => these.map((problem) => renderProblem(problem, fileOf));
  if (errors.length > 0) throw new DesignError(lines(errors).join("\n"));
  return lines(warnings);
}

const causes: Record<Conflict["cause"], string> = {
  factors: "the factors of one dimension contradict each other",
  fanout: "the loops cannot share the fan-outs",
  permutation: "the permutations of one level contradict each other",
  split: "two splits of one level contradict each other",
  keep: "keep and bypass contradict each other",
};

/** A contradiction with the place of each constraint in it. */
export function describeConflict(input: Pick<SearchInput, "layer" | "places" | "fileOf">, conflict: Conflict): string {
  const dimension = conflict.dimension === undefined ? null : input.layer.workload.dimensions[conflict.dimension];
  const about = dimension === null ? "" : ` (${dimension.name}, bound ${dimension.bound})`;
  const lines = conflict.ids.map((id) => {
    const place = input.places[id];
    const file = input.fileOf(place.uri);
    const { line, column } = lineAndColumn(file, place.start);
    return `${place.uri}:${line}:${column}: ${file.text.slice(place.start, place.end).split("\n")[0]}`;
  });
  const head =
    conflict.ids.length === 0
      ? `the mapspace is empty whatever the constraints: ${causes[conflict.cause]}${about}`
      : `no mapping obeys these together: ${causes[conflict.cause]}${about}; without any one of them there would be some`;
  return [head, ...lines.map((line) => `  ${line}`)].join("\n");
}
