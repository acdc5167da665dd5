/** The `--json` form of an evaluation: a stable, documented shape (docs/cli.md). */

import type { Accesses, Architecture, Evaluation, Workload } from "../engine/model/types.ts";
import { lineAndColumn } from "../syntax/position.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";
import { speed } from "../workspace/speed.ts";

const publicAccesses = ({ reads, fills, updates, temporalReductions, energyPj }: Accesses) => ({
  reads,
  fills,
  updates,
  temporalReductions,
  energyPj,
});

export function evaluationJson(
  architecture: Architecture,
  workload: Workload,
  evaluation: Evaluation,
  withTerms: boolean,
) {
  const { levels, minimalBuffers, terms, networks, networkLatencyCycles, ...summary } = evaluation;
  return {
    ...summary,
    ...speed(architecture, evaluation),
    networkLatencyCycles,
    levels: levels.map(({ dataSpaces, terms: levelTerms, ...level }) => ({
      ...level,
      dataSpaces: Object.fromEntries(
        dataSpaces.map((result, index) => [
          workload.dataSpaces[index].name,
          {
            kept: result.kept,
            tileWords: result.tileWords,
            utilizedInstances: result.utilizedInstances,
            perInstance: publicAccesses(result.perInstance),
            total: publicAccesses(result.total),
            ...(withTerms && result.terms ? { terms: result.terms } : {}),
          },
        ]),
      ),
      ...(withTerms && levelTerms ? { terms: levelTerms } : {}),
    })),
    networks: networks.map((network) => ({
      ...network,
      dataSpaces: Object.fromEntries(network.dataSpaces.map((result, i) => [workload.dataSpaces[i].name, result])),
    })),
    minimalBuffers: minimalBuffers.map(({ name, neededWords, capacityWords }) => ({
      name,
      neededWords,
      capacityWords,
    })),
    ...(withTerms && terms ? { terms } : {}),
  };
}

/** Lines and columns count from 1, as terminals and editors show them. */
export function problemJson(problem: Problem, fileOf: (uri: string) => SourceFile) {
  const { uri, start, end } = problem.location;
  const source = fileOf(uri);
  return {
    code: problem.code,
    severity: problem.severity,
    message: problem.message,
    file: uri,
    range: { start: lineAndColumn(source, start), end: lineAndColumn(source, end) },
  };
}
