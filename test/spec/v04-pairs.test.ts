import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { AttributeValue, ConstraintSource } from "../../server/src/spec/types.ts";
import { readArchitectureV04 } from "../../server/src/spec/v04/architecture.ts";
import { readVariables } from "../../server/src/spec/v04/variables.ts";
import { child, type YamlNode } from "../../server/src/syntax/yaml.ts";
import { sharedDir, skipWithoutShared } from "../support/shared.ts";
import { load, plainAt, plainWorkload } from "./v04-support.ts";

interface TwinComponent {
  name: string;
  class: string;
  attributes: Record<string, AttributeValue>;
}

/** A processed constraint: as the front end writes it for Timeloop. */
type TwinConstraint = Record<string, AttributeValue>;

function pairs(): { name: string; source: string; twin: string }[] {
  const folder = join(sharedDir() ?? "", "data/timeloop/v04_pairs");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    if (name === "fe") {
      return readdirSync(join(folder, name))
        .filter((file) => file.endsWith(".v04.yaml"))
        .map((file) => ({
          name: file,
          source: join(folder, name, file),
          twin: join(folder, name, file.replace(".v04.", ".processed.")),
        }));
    }
    const source = join(folder, name, "arch_v04_nodes.yaml");
    return existsSync(source) ? [{ name, source, twin: join(folder, name, "parsed-processed-input.yaml") }] : [];
  });
}

function readPair(pair: { source: string; twin: string }) {
  const root = load(pair.source);
  const twin = load(pair.twin);
  const variables = child(root, "variables");
  const reading = readArchitectureV04([child(root, "architecture") as YamlNode], {
    variables: readVariables(variables === undefined ? [] : [variables]).value,
    workload: plainWorkload(plainAt(twin, "problem")),
  });
  const [tree] = plainAt(twin, "architecture", "subtree") as { name: string; local: TwinComponent[] }[];
  const targets = (plainAt(twin, "architecture_constraints", "targets") as TwinConstraint[]) ?? [];
  const mapping = (plainAt(twin, "mapping") as TwinConstraint[]) ?? [];
  return { ...reading, tree, constraints: targets.length > 0 ? targets : mapping };
}

/** `null` and absent are the same; two twins were made when their source named another technology. */
function comparable(attributes: Iterable<readonly [string, AttributeValue]>): Record<string, AttributeValue> {
  const kept = [...attributes].filter(([name, value]) => value !== null && name !== "technology");
  const told = kept.filter(([name, value]) => !(name === "has_power_gating" && value === false));
  return Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function constraintText(constraint: ConstraintSource): string {
  const names = (list: readonly { value: string }[]) => list.map(({ value }) => value).sort();
  const type = constraint.type?.value === "dataspace" ? "bypass" : constraint.type?.value;
  return JSON.stringify({
    target: constraint.target?.value,
    type,
    factors: constraint.factors.map((f) => `${f.dimension.value}${f.relation}${f.end.value}`).join(","),
    permutation: (constraint.permutation ?? []).map(({ value }) => value).join(""),
    split: constraint.split?.value ?? null,
    keep: names(constraint.keep),
    bypass: names(constraint.bypass),
  });
}

function twinText(constraint: TwinConstraint): string {
  const names = (key: string) => [...((constraint[key] as string[]) ?? [])].sort();
  return JSON.stringify({
    target: constraint.target,
    type: constraint.type,
    factors: constraint.factors ?? "",
    permutation: constraint.permutation ?? "",
    split: constraint.split ?? null,
    keep: names("keep"),
    bypass: names("bypass"),
  });
}

test("there are v0.4 pairs", { skip: skipWithoutShared }, () => {
  assert.ok(pairs().length >= 8);
});

for (const pair of pairs()) {
  test(`components of ${pair.name} are those of its processed twin`, () => {
    const { value, problems, tree } = readPair(pair);
    assert.deepEqual(problems, []);
    assert.ok(tree);
    const ours = value.components.map((c) => ({
      path: c.path,
      class: c.class.value,
      instances: c.instances,
      mesh: [c.meshX, c.meshY],
      attributes: comparable([...c.attributes].map(([name, { value: v }]) => [name, v] as const)),
    }));
    const theirs = tree.local.map(({ name, class: kind, attributes }) => ({
      path: `${tree.name}.${name}`,
      class: kind,
      instances: Number(/\.\.(\d+)\]$/.exec(name)?.[1]),
      mesh: [attributes.meshX, attributes.meshY],
      attributes: comparable(Object.entries(attributes)),
    }));
    assert.deepEqual(ours, theirs);
    const generated = value.components.filter((component) => component.generated);
    assert.deepEqual(
      generated.map(({ name, container }) => [name.value, container]),
      tree.local.flatMap(({ name }) => {
        const match = /^(inter_(.*)_spatial)\[/.exec(name);
        return match ? [[match[1], match[2]]] : [];
      }),
    );
  });

  test(`constraints of ${pair.name} are those of its processed twin`, () => {
    const { value, constraints } = readPair(pair);
    assert.deepEqual(value.constraints.map(constraintText).sort(), constraints.map(twinText).sort());
  });
}
