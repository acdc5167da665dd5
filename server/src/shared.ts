/** What `ondemand.ts` takes from the server that loads it instead of bringing it along once more: `scripts/shared.mjs`. */

import { evaluate } from "./engine/model/evaluate.ts";
import { fanouts, hasFanout } from "./engine/model/fanout.ts";
import { modelMismatch } from "./engine/model/learned/latency-model.ts";
import { storageEnergyPj } from "./engine/model/pat.ts";
import { toWorkspaceEdit } from "./features/code-actions.ts";
import { toRange } from "./features/context.ts";
import { evaluatorOffer } from "./lsp/evaluator.ts";
import { runSafe } from "./lsp/run-safe.ts";
import { nameAndRange } from "./spec/component-classes.ts";
import { targetLevel, withComponentConstraints } from "./spec/component-constraints.ts";
import { readDirectives } from "./spec/directives.ts";
import { keyword } from "./spec/keywords.ts";
import { lowerMapping } from "./spec/mapping.ts";
import { NodeEdits } from "./spec/node-edits.ts";
import { namedShape } from "./spec/shapes.ts";
import { readSpecification } from "./spec/specification.ts";
import { plain, valueAt } from "./spec/values.ts";
import { lineAndColumn, lineIndex } from "./syntax/position.ts";
import { parseYaml, parsingYaml } from "./syntax/yaml.ts";
import { catalogue, cosearchCatalogue } from "./worker/catalogue.ts";
import { analyse, networkTotals } from "./workspace/analysis.ts";
import { bottleneck } from "./workspace/bottleneck.ts";
import { latencySum, latencyText, learnedCycles, learnedOf } from "./workspace/latency.ts";
import { baseName, fileName, relativePath } from "./workspace/paths.ts";
import {
  formatArea,
  formatCount,
  formatEdp,
  formatEnergy,
  formatNumber,
  formatPercent,
  formatSeconds,
} from "./workspace/quantities.ts";

export const shared = {
  analyse,
  baseName,
  bottleneck,
  catalogue,
  cosearchCatalogue,
  evaluate,
  evaluatorOffer,
  fanouts,
  fileName,
  formatArea,
  formatCount,
  formatEdp,
  formatEnergy,
  formatNumber,
  formatPercent,
  formatSeconds,
  hasFanout,
  keyword,
  latencySum,
  latencyText,
  learnedCycles,
  learnedOf,
  lineAndColumn,
  lineIndex,
  lowerMapping,
  modelMismatch,
  nameAndRange,
  namedShape,
  networkTotals,
  NodeEdits,
  parseYaml,
  parsingYaml,
  plain,
  readDirectives,
  readSpecification,
  relativePath,
  runSafe,
  storageEnergyPj,
  targetLevel,
  toRange,
  toWorkspaceEdit,
  valueAt,
  withComponentConstraints,
};
