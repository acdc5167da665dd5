/** What `cosearch` reads: the hardware's template, all layers of a network, and the constraints for each. */

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createMapspace } from "../engine/mapspace/build.ts";
import type { LatencyModel } from "../engine/model/learned/latency-model.ts";
import { type PublishedFit, publishedFits, withFits } from "../engine/model/relaxed/fits.ts";
import {
  type HardwareFreedom,
  type HardwareSpace,
  hardwareSpace,
  instantiate,
} from "../engine/model/relaxed/hardware.ts";
import { defaultEvaluationOptions } from "../engine/model/types.ts";
import { Network, type NetworkLayer } from "../engine/search/gradient/network.ts";
import type { Objective } from "../engine/search/objective.ts";
import { lowerConstraints } from "../spec/mapspace-constraints.ts";
import { readSpecification } from "../spec/specification.ts";
import type { ArchitectureSource, LayerSource, Specification } from "../spec/types.ts";
import { whyUnreadable } from "../spec/unreadable.ts";
import { isTemplate } from "../spec/v04/template.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";
import { parseYaml } from "../syntax/yaml.ts";
import { analyse, networkTotals } from "../workspace/analysis.ts";
import { fileKinds } from "../workspace/kinds.ts";
import { learnedTotal } from "../workspace/latency.ts";
import { readSource, render, type TemplateVariables } from "./inputs.ts";
import { requireMatch } from "./latency.ts";
import { fileLookup, renderProblem } from "./problems.ts";
import { describeConflict } from "./search-inputs.ts";
import { DesignError, UsageError } from "./usage.ts";

export interface CosearchInput {
  /** Those that templates include among them. */
  files: readonly SourceFile[];
  /** Files of a folder that were left out, and why. */
  warnings: readonly string[];
  layers: readonly LayerSource[];
  architectureSource: ArchitectureSource | undefined;
  network: Network;
  /** What a mapping among the files costs on the template; null where it does not cost every layer. */
  before: { cycles: number; energyPj: number; edpPjCycles: number } | null;
}

/** Files and folders (all YAML files in them) as one network on one template of the hardware. */
export function readCosearchInput(
  names: readonly string[],
  variables: TemplateVariables,
  freedom: HardwareFreedom,
  objective: Objective,
  latency: LatencyModel | null = null,
  fits: ReadonlyMap<string, PublishedFit> = new Map(),
): CosearchInput {
  if (names.length === 0) throw new UsageError("name an architecture and the layers of a network: files or folders");
  const warnings: string[] = [];
  const rendered = names
    .flatMap((name) => (isFolder(name) ? readFolder(name, warnings) : [readSource(name)]))
    .map((file) => render(file, variables));
  const specification = readSpecification(rendered.map(({ file }) => file));
  const { architecture, architectureSource, layers, constraints } = specification;
  const files = rendered.flatMap(({ file, included }) => [file, ...included]);
  const fileOf = fileLookup(files);
  const problems = [...rendered.flatMap((own) => own.problems), ...specification.problems];
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new DesignError([...warnings, ...errors.map((problem) => renderProblem(problem, fileOf))].join("\n"));
  }
  if (architecture === undefined) throw new DesignError("there is no readable architecture in the files");
  if (layers.length === 0) throw new DesignError("there is no readable problem in the files");
  const space = fitted(hardwareSpace(architecture, freedom), fits);
  const widest = instantiate(space, {
    capacityWords: space.buffers.map(() => null),
    sides: space.sides.map(({ most }) => most),
  });
  const network = layers.map((layer): NetworkLayer => {
    const lowered = lowerConstraints(constraints, widest, layer.workload, architectureSource);
    const { mapspace, conflict } = createMapspace(widest, layer.workload, "pfm", lowered.constraints);
    if (latency !== null) requireMatch(latency, widest, layer.workload);
    if (mapspace !== undefined) return { mapspace, count: layer.count };
    throw new DesignError(
      `${layer.workload.name}: ${describeConflict({ layer, places: lowered.places, fileOf }, conflict)}`,
    );
  });
  return {
    files,
    warnings,
    layers,
    architectureSource,
    network: new Network(network, space, objective, latency),
    before: givenCost(specification, latency),
  };
}

/** By the cycles that the search goes by. */
function givenCost(specification: Specification, model: LatencyModel | null): CosearchInput["before"] {
  const latency = model === null ? null : { uri: "", model, problem: null };
  const analysis = analyse(specification, defaultEvaluationOptions("exact"), { latency });
  const { missingLayers, cycles: analytical, energyPj } = networkTotals(analysis);
  const cycles = model === null ? analytical : learnedTotal(analysis)?.cycles;
  return missingLayers > 0 || cycles === undefined ? null : { cycles, energyPj, edpPjCycles: energyPj * cycles };
}

/** Published fits by the name or the class of a level. */
export function parseFits(text: string): Map<string, PublishedFit> {
  const names = Object.keys(publishedFits);
  return new Map(
    text.split(",").map((part) => {
      const [, level, fit] = /^([^=]+)=(.+)$/.exec(part.trim()) ?? [];
      if (level === undefined || !names.includes(fit))
        throw new UsageError(`--fits takes LEVEL=FIT,… with FIT one of ${names.join(", ")}; not "${part}"`);
      return [level, fit as PublishedFit];
    }),
  );
}

function fitted(space: HardwareSpace, fits: ReadonlyMap<string, PublishedFit>): HardwareSpace {
  const free = space.template.storage.filter((_, l) => space.buffers[l] !== null);
  for (const name of fits.keys()) {
    if (free.some((level) => level.name === name || level.class === name)) continue;
    const known = free.map((level) => `${level.name} (${level.class})`).join(", ") || "none";
    throw new UsageError(
      `--fits: no level named or of class "${name}" is sized by the mappings; those that are: ${known}`,
    );
  }
  return withFits(space, (level) => fits.get(level.name) ?? fits.get(level.class));
}

const isFolder = (name: string) => name !== "-" && existsSync(name) && statSync(name).isDirectory();

/** The YAML files of a folder, less those that are no YAML and no part of a design but for their name. */
function readFolder(folder: string, warnings: string[]): SourceFile[] {
  return yamlFiles(folder)
    .map(readSource)
    .filter((file) => {
      const problem = whyForeign(file);
      if (problem === undefined) return true;
      const told = renderProblem({ ...problem, severity: "warning" }, () => file);
      warnings.push(`${told} The file is left out: it holds no readable layer, architecture or constraint.`);
      return false;
    });
}

function whyForeign(file: SourceFile): Problem | undefined {
  if (isTemplate(file) || whyUnreadable(file).length > 0) return undefined;
  const error = parseYaml(file).problems.find(({ severity }) => severity === "error");
  if (error === undefined || fileKinds(file.text).some((kind) => kind !== "problem")) return undefined;
  const { layers, architecture, constraints } = readSpecification([file]);
  return layers.length > 0 || architecture !== undefined || constraints.length > 0 ? undefined : error;
}

function yamlFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/i.test(name));
  if (names.length === 0) throw new UsageError(`no YAML file in ${folder}`);
  return names.sort().map((name) => join(folder, name));
}
