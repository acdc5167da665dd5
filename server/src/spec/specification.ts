/** Files to a specification: what they say together, with the place of every value and every problem. */

import type { EvaluationOptions, Workload } from "../engine/model/types.ts";
import type { SourceFile } from "../syntax/source.ts";
import { finish } from "../syntax/steps.ts";
import { isNull } from "../syntax/yaml.ts";
import { readArchitecture } from "./architecture.ts";
import { readAreaTables } from "./area-tables.ts";
import { lowerArchitecture } from "./components.ts";
import { readConstraints } from "./constraints.ts";
import { readDirectives } from "./directives.ts";
import { readEnergyTables } from "./energy-tables.ts";
import { readEvaluateOptions } from "./evaluate-options.ts";
import { readingLayers } from "./layers.ts";
import { collectParts, type Part, type Parts } from "./parts.ts";
import { Report } from "./report.ts";
import type {
  ArchitectureSource,
  AreaTable,
  ConstraintSource,
  EnergyTable,
  LayerSource,
  MapperSource,
  MappingSource,
  Specification,
} from "./types.ts";
import { isArchitectureV04, readArchitectureV04 } from "./v04/architecture.ts";
import { readGlobals } from "./v04/globals.ts";
import { readMappingV04 } from "./v04/mapping.ts";
import { attributeValue } from "./v04/scope.ts";
import { readVariables, type Variables, variableScope } from "./v04/variables.ts";
import { type Evaluate, plain, type VariableValues, valueAt } from "./values.ts";

/**
 * Reads several files as one specification. Never throws; parts that are absent or unreadable are missing.
 * Files are parsed once per `SourceFile` object.
 */
export function readSpecification(files: readonly SourceFile[]): Specification {
  return finish(readingSpecification(files));
}

/** The same in steps, for callers that have other things to do in between. */
export function* readingSpecification(files: readonly SourceFile[]): Generator<void, Specification> {
  const report = new Report();
  const parts = collectParts(files, report);
  const architectures = parts.all("architecture", "arch").filter(({ value }) => !isNull(value));
  const isV04 = architectures.some(({ value }) => isArchitectureV04(value));
  // A problem looked at without its architecture may be meant for v0.4.
  const expressions = isV04 || architectures.length === 0;
  const variables = readAllVariables(parts, expressions, report);
  const scope = variableScope(variables);
  const evaluate: Evaluate = expressions ? (node) => attributeValue(node, scope, report.problems) : plain;
  const layers = yield* readingLayers(parts, evaluate, variables, report);
  const constraintNodes = parts.all(
    "constraints",
    "architecture_constraints",
    "mapspace_constraints",
    "extra_mapping_constraints",
  );
  let architectureSource: ArchitectureSource | undefined;
  let constraints: ConstraintSource[];
  if (isV04) {
    const reading = readArchitectureV04(
      architectures.map(({ value }) => value),
      {
        variables,
        workload: layers[0]?.workload ?? null,
        problem: parts.all("problem")[0]?.value,
        targets: constraintNodes.map(({ value }) => value),
      },
    );
    report.problems.push(...reading.problems);
    architectureSource = reading.value;
    constraints = [...reading.value.constraints];
  } else {
    architectureSource = readArchitecture(architectures, report);
    constraints = readConstraints(parts, architectureSource?.version ?? "0.3", report);
  }
  yield;
  const energyTables = readTables(parts.all("ERT"), readEnergyTables, report);
  const areaTables = readTables(parts.all("ART"), readAreaTables, report);
  const specification: Specification = {
    present: parts.present,
    architectureSource,
    layers,
    mappingSource: readMapping(parts, isV04, { variables, workload: layers[0]?.workload ?? null }, report),
    constraints,
    energyTables,
    areaTables,
    mapper: readMapper(parts),
    evaluate: readOptions(parts, isV04, report),
    problems: report.problems,
  };
  yield;
  if (architectureSource) lower(specification, architectureSource, variables, layers, report);
  reportUnmodelled(parts, report);
  return specification;
}

function readAllVariables(parts: Parts, expressions: boolean, report: Report): Variables {
  const nodes = parts.all("variables").map(({ value }) => value);
  const { value, problems } = readVariables(nodes);
  // Timeloop's binary takes variables as they are written; only v0.4 computes.
  if (expressions) report.problems.push(...problems);
  return value;
}

function readTables<T extends EnergyTable | AreaTable>(
  parts: readonly Part[],
  read: (node: Part["value"]) => { value: T[]; problems: Report["problems"] },
  report: Report,
): T[] {
  return parts.flatMap(({ value: node }) => {
    if (isNull(node)) return [];
    const { value, problems } = read(node);
    report.problems.push(...problems);
    return value;
  });
}

function readMapping(
  parts: Parts,
  isV04: boolean,
  context: { variables: Variables; workload: Workload | null },
  report: Report,
): MappingSource | undefined {
  const [part, ...more] = parts.all("mapping");
  if (part === undefined) {
    // v0.4: a mapping may be given wholly as constraints, which the architecture has taken up.
    const [given] = isV04 ? parts.all("extra_mapping_constraints") : [];
    return given && { directives: [], location: given.entry.location };
  }
  for (const other of more) {
    report.warning("second-mapping", "There is another mapping; this one is not used.", other.entry.key.location, {
      related: [{ message: "The one used", location: part.entry.key.location }],
    });
  }
  const { value, problems } = isV04
    ? readMappingV04(part.value, context)
    : readDirectives(part.value, { scope: "mapping", version: "0.3" });
  report.problems.push(...problems);
  const { location } = isNull(part.value) ? part.entry : part.value;
  return { directives: value, location };
}

/** `evaluate:`, and in v0.4 the environment variables of `globals:` before it. */
function readOptions(parts: Parts, isV04: boolean, report: Report): Partial<EvaluationOptions> {
  const options: Partial<EvaluationOptions> = {};
  for (const { value } of isV04 ? parts.all("globals") : []) {
    const reading = readGlobals(value);
    report.problems.push(...reading.problems);
    Object.assign(options, reading.value);
  }
  for (const { value } of parts.all("evaluate")) Object.assign(options, readEvaluateOptions(value, report));
  return options;
}

function readMapper(parts: Parts): MapperSource | undefined {
  const [part] = parts.all("mapper");
  if (part?.value.kind !== "map") return undefined;
  const settings = new Map(
    part.value.entries.map(({ key, value }) => [
      key.text.replaceAll("-", "_"),
      { value: plain(value), location: value.location },
    ]),
  );
  return { settings, location: part.value.location };
}

function lower(
  specification: Specification,
  source: ArchitectureSource,
  variables: VariableValues,
  layers: readonly LayerSource[],
  report: Report,
): void {
  const { energyTables, areaTables } = specification;
  if (!specification.present?.has("ERT") && areaTables.length > 0) {
    const message = "Timeloop reads areas only where an energy table (ERT) is given too; these have no effect.";
    report.warning("area-without-energy", message, areaTables[0].location);
  }
  const { value, problems } = lowerArchitecture(source, {
    energyTables,
    areaTables: energyTables.length > 0 ? areaTables : [],
    variables,
    dataSpaces: layers[0]?.workload.dataSpaces.map(({ name }) => name) ?? [],
  });
  report.problems.push(...problems);
  if (value) specification.architecture = value;
}

function reportUnmodelled(parts: Parts, report: Report): void {
  for (const { value, entry } of parts.all("sparse_optimizations")) {
    const targets = valueAt(value, "targets");
    const empty = isNull(value) || (targets?.kind === "sequence" && targets.items.length === 0);
    const onlyVersion = value.kind === "map" && value.entries.every(({ key }) => key.text === "version");
    if (empty || onlyVersion) continue;
    const message = "Sparse optimisations are not modelled: costs are those of dense tensors.";
    report.error("sparse-not-modelled", message, entry.key.location);
  }
}
