import { readFileSync } from "node:fs";
import type { Workload } from "../../server/src/engine/model/types.ts";
import { readArchitectureV04 } from "../../server/src/spec/v04/architecture.ts";
import { readVariables } from "../../server/src/spec/v04/variables.ts";
import { plain as plainValue } from "../../server/src/spec/values.ts";
import type { Problem, SourceFile } from "../../server/src/syntax/source.ts";
import { child, parseYaml, type YamlNode } from "../../server/src/syntax/yaml.ts";

export function source(text: string, uri = "test.yaml"): SourceFile {
  return { uri, text };
}

export function load(path: string): YamlNode {
  return parseYaml({ uri: path, text: readFileSync(path, "utf8") }).root as YamlNode;
}

/** The value under a path of keys as plain data. */
export function plainAt(root: YamlNode, ...keys: string[]): never {
  let node: YamlNode | undefined = root;
  for (const key of keys) node = child(node, key);
  return (node === undefined ? undefined : plainValue(node)) as never;
}

interface PlainProblem {
  shape: {
    name?: string;
    dimensions: string[];
    coefficients?: { name: string; default: number }[];
    data_spaces: { name: string; projection: string[][][]; read_write?: boolean }[];
  };
  instance: Record<string, number>;
}

/** A workload straight from plain data, independent of the readers under test. */
export function plainWorkload(problem: PlainProblem): Workload {
  const { dimensions, data_spaces, coefficients = [] } = problem.shape;
  const coefficient = (name: string) =>
    problem.instance[name] ?? coefficients.find((one) => one.name === name)?.default ?? 1;
  return {
    name: problem.shape.name ?? "",
    dimensions: dimensions.map((name) => ({ name, bound: problem.instance[name] as number })),
    dataSpaces: data_spaces.map(({ name, projection, read_write = false }) => ({
      name,
      readWrite: read_write,
      ranks: projection.map((rank) =>
        rank.map(([dimension, factor]) => ({
          dimension: dimensions.indexOf(dimension as string),
          coefficient: factor === undefined ? 1 : coefficient(factor),
        })),
      ),
    })),
  };
}

/** Reads the architecture of a v0.4 text with the problem it may hold. */
export function readText(text: string) {
  const root = parseYaml(source(text)).root as YamlNode;
  const problem = child(root, "problem");
  const variablesNode = child(root, "variables");
  const variables = readVariables(variablesNode === undefined ? [] : [variablesNode]);
  const { value, problems } = readArchitectureV04([child(root, "architecture") as YamlNode], {
    variables: variables.value,
    workload: problem === undefined ? null : plainWorkload(plainValue(problem) as never),
  });
  return { architecture: value, problems: [...variables.problems, ...problems] };
}

export function codes(problems: readonly Problem[]): string[] {
  return problems.map(({ code }) => code);
}
