import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkDesign } from "../../server/src/rules/check.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import type { Fix, Problem } from "../../server/src/syntax/source.ts";
import { analyse } from "../../server/src/workspace/analysis.ts";
import { sharedDir, skipWithoutShared } from "../support/shared.ts";

interface InvalidCase {
  id: string;
  kind: string;
  message: string;
  accepted_by_timeloop: boolean;
  input_yaml: string;
}

/** The code each kind of mistake must be told with, and a piece of the text it must point at. */
const expected: Record<string, { code: string; at?: RegExp }> = {
  capacity_exceeded: { code: "capacity", at: /=/ },
  min_utilization: { code: "min-utilization", at: /=/ },
  fanoutX_exceeded: { code: "fanout-x", at: /=16/ },
  fanoutY_exceeded: { code: "fanout-y", at: /=16/ },
  instances_exceeded: { code: "fanout-y", at: /=/ },
  factor_product_mismatch: { code: "factor-product", at: /^[A-Z]=/ },
  residual_mismatch: { code: "factor-product", at: /^K=/ },
  residual_outermost_larger_end: { code: "residual-outermost", at: /^K=40,32$/ },
  unknown_dimension_in_factors: { code: "unknown-dimension", at: /^Z$/ },
  unknown_dimension_in_factors_lowercase: { code: "unknown-dimension", at: /^k$/ },
  duplicate_dimension_in_permutation: { code: "repeated-dimension", at: /^[A-Z]$/ },
  permutation_as_list_ignored_or_error: { code: "ignored-list", at: /^\[/ },
  factors_as_list: { code: "ignored-list", at: /^\[/ },
  unknown_target_level: { code: "unknown-target", at: /^regfile$/ },
  target_by_integer_id: { code: "unknown-target", at: /^0$/ },
  unknown_dataspace_keep: { code: "unknown-data-space" },
  type_dataspace_in_mapping: { code: "unknown-directive-type", at: /^dataspace$/ },
  missing_type: { code: "missing-type", at: /target/ },
  missing_target: { code: "missing-target", at: /type/ },
  spatial_on_level_without_fanout: { code: "no-fanout", at: /spatial/ },
  empty_mapping: { code: "factor-product" },
  mapping_not_a_list: { code: "not-a-list" },
  missing_architecture: { code: "missing-architecture" },
  zero_bound: { code: "not-a-whole-number", at: /^0$/ },
  multichar_dimension: { code: "long-dimension-name" },
  unknown_dim_in_projection: { code: "unknown-dimension" },
  all_levels_bypassed: { code: "bypassed-everywhere", at: /^[A-Z]/ },
  mesh_not_dividing_instances: { code: "mesh-mismatch", at: /^15$/ },
  depth_and_sizeKB: { code: "size-given-twice", at: /^\d+$/ },
  unsupported_arch_version: { code: "unsupported-architecture-version", at: /\d/ },
  unsupported_ERT_version: { code: "unsupported-ert-version", at: /\d/ },
  "ART_version_0.2": { code: "unsupported-art-version", at: /0\.2/ },
  num_ports_3: { code: "unsupported-ports", at: /3/ },
  violates_constraints_factor: { code: "constraint-violated", at: /=/ },
  constraint_unknown_dim: { code: "unknown-dimension", at: /^Z$/ },
  tab_indent_yaml: { code: "yaml-tab", at: /\t/ },
  empty_file: { code: "missing-architecture" },
};

function invalidCases(): InvalidCase[] {
  const text = readFileSync(join(sharedDir()!, "data/timeloop/invalid/cases.jsonl"), "utf8");
  const lines = text.trim().split("\n");
  return lines.map((line) => JSON.parse(line) as InvalidCase);
}

function check(text: string): Problem[] {
  const file = { uri: "input.yaml", text };
  return checkDesign(analyse(readSpecification([file])), [file]);
}

test("every invalid case is told with its own code at its own place", { skip: skipWithoutShared }, (t) => {
  const cases = invalidCases();
  const failures: string[] = [];
  for (const { id, kind, input_yaml, accepted_by_timeloop } of cases) {
    const problems = check(input_yaml);
    const want = expected[kind];
    const found = problems.find(
      ({ code, severity, location }) =>
        code === want.code &&
        (severity === "error") !== accepted_by_timeloop &&
        (want.at?.test(input_yaml.slice(location.start, location.end)) ?? true),
    );
    const errors = problems.filter((problem) => problem.severity === "error");
    if (found !== undefined && (!accepted_by_timeloop || errors.length === 0)) continue;
    const seen = problems
      .filter((p) => p.severity !== "hint" && p.severity !== "information")
      .map(
        (p) =>
          `    ${p.severity} ${p.code} at ${JSON.stringify(input_yaml.slice(p.location.start, p.location.end).slice(0, 80))}: ${p.message}`,
      );
    failures.push(`${id}\n${seen.join("\n")}`);
  }
  t.diagnostic(
    `${cases.length - failures.length} of ${cases.length} invalid cases told with the expected code and place`,
  );
  assert.deepEqual(failures, []);
});

/** Kinds whose errors no single edit cures, and why. */
const noSingleEdit: Record<string, string> = {
  mapping_not_a_list: "a map of something else than directives holds nothing of a mapping",
  missing_architecture: "a whole architecture cannot be guessed; the message says where to name one",
  empty_file: "there is nothing to mend",
};

/** Errors that stay when the first fix has cured its own: they were in the design beside it. */
const others: Record<string, RegExp> = {
  depth_and_sizeKB: /^capacity$/,
  violates_constraints_factor: /^constraint-violated$/,
  tab_indent_yaml: /^missing-/,
};

test("a single edit cures every invalid case for which there is one", { skip: skipWithoutShared }, (t) => {
  let cured = 0;
  for (const { id, kind, input_yaml } of invalidCases()) {
    const first = check(input_yaml).filter(({ severity }) => severity === "error" || severity === "warning")[0];
    const [fix] = first.fixes ?? [];
    assert.equal(fix === undefined, kind in noSingleEdit, `${id}: ${first.message}`);
    if (fix === undefined) continue;
    assert.equal(first.code, expected[kind].code, `${id}: the cause comes first`);
    const after = check(applied(input_yaml, fix)).filter(({ severity }) => severity === "error");
    assert.ok(!after.some(({ message }) => message === first.message), `${id}: “${fix.title}”`);
    assert.deepEqual(
      after.filter(({ code }) => !others[kind]?.test(code)).map(({ message }) => message),
      [],
      `${id}: “${fix.title}”`,
    );
    cured++;
  }
  t.diagnostic(`${cured} cases cured by their first fix`);
});

function applied(text: string, { edits }: Fix): string {
  const fromTheEnd = [...edits].sort((a, b) => b.location.start - a.location.start);
  return fromTheEnd.reduce(
    (t, { location, newText }) => t.slice(0, location.start) + newText + t.slice(location.end),
    text,
  );
}

test("each fix cures its problem and brings no other error", { skip: skipWithoutShared }, (t) => {
  let fixes = 0;
  for (const { id, input_yaml } of invalidCases()) {
    const problems = check(input_yaml);
    const errors = problems.filter((p) => p.severity === "error").length;
    for (const problem of problems) {
      for (const fix of problem.fixes ?? []) {
        const after = check(applied(input_yaml, fix));
        const alike = (p: Problem) => p.code === problem.code && p.message === problem.message;
        const fewer = after.filter(alike).length < problems.filter(alike).length;
        assert.ok(fewer, `${id}: “${fix.title}” leaves ${problem.code}: ${problem.message}`);
        const left = after.filter((p) => p.severity === "error" && !/^missing-/.test(p.code));
        assert.ok(left.length <= Math.max(errors, 1), `${id}: “${fix.title}” leads to ${left.map((p) => p.message)}`);
        fixes++;
      }
    }
  }
  t.diagnostic(`${fixes} fixes applied`);
});
