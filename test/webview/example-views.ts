/** Mappings of an example in detail. */
import assert from "node:assert/strict";
import type { MappingLevel } from "../../server/src/engine/model/types.ts";
import { candidateView } from "../../server/src/features/explorer/candidate-view.ts";
import type { Candidate, CandidateView } from "../../server/src/features/explorer/protocol.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { analyse } from "../../server/src/workspace/analysis.ts";
import { exampleFiles } from "../lsp/harness.ts";

/** The mapping in the file, and one with all loops outside. */
export function views(): { view: CandidateView; other: CandidateView; candidate: Candidate } {
  const folder = exampleFiles("three-level");
  const files = ["arch", "ert", "gemm", "gemm.map"].map((name) => {
    const uri = `three-level/${name}.yaml`;
    return { uri, text: folder[uri] };
  });
  const { specification, options, layers } = analyse(readSpecification(files));
  const { workload } = layers[0].layer;
  const { mapping } = layers[0].lowered!;
  const architecture = specification.architecture!;
  const outside: MappingLevel[] = mapping.levels.map((level) => ({ ...level, temporal: [] }));
  const all = mapping.levels.flatMap(({ temporal }) => temporal);
  const top = outside.length - 1;
  outside[top] = { ...outside[top], temporal: all };
  const view = candidateView(architecture, workload, mapping, options)!;
  const other = candidateView(architecture, workload, { levels: outside }, options)!;
  assert.notEqual(view.cost.energyPj, other.cost.energyPj);
  return { view, other, candidate: { mapping, cost: view.cost } };
}
