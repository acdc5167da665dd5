/** What `ondemand.ts` takes from the server that loads it instead of bringing it along once more: `scripts/shared.mjs`. */

import { evaluate } from "./engine/model/evaluate.ts";
import { fanouts, hasFanout } from "./engine/model/fanout.ts";
import { modelMismatch } from "./engine/model/learned/latency-model.ts";
import { storageEnergyPj } from "./engine/model/pat.ts";
import { divisors } from "./engine/numeric/divisors.ts";
import { toWorkspaceEdit } from "./features/code-actions.ts";
import { hoverTable, toRange } from "./features/context.ts";
import { occurrenceAt } from "./features/names.ts";
import { evaluatorOffer } from "./lsp/evaluator.ts";
import { runSafe } from "./lsp/run-safe.ts";
import { classNames, nameAndRange } from "./spec/component-classes.ts";
import { targetLevel, withComponentConstraints } from "./spec/component-constraints.ts";
import { readDirectives } from "./spec/directives.ts";
import { keyword } from "./spec/keywords.ts";
import { lowerMapping } from "./spec/mapping.ts";
import { listed } from "./spec/nearest.ts";
import { NodeEdits } from "./spec/node-edits.ts";
import { defaultShape, namedShape, shapeNames } from "./spec/shapes.ts";
import { readSpecification } from "./spec/specification.ts";
import { plain, valueAt } from "./spec/values.ts";
import { keysOf, pathAt } from "./syntax/path.ts";
import { lineAndColumn, lineIndex } from "./syntax/position.ts";
import { parseYaml, parsingYaml } from "./syntax/yaml.ts";
import { catalogue, cosearchCatalogue } from "./worker/catalogue.ts";
import { analyse, explained, networkTotals } from "./workspace/analysis.ts";
import { bottleneck } from "./workspace/bottleneck.ts";
import { latencySum, latencyText, learnedCycles, learnedOf, learnedTotal } from "./workspace/latency.ts";
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
import { extentsAt, rankWords } from "./workspace/tile-extents.ts";

export const shared = {
  analyse,
  baseName,
  bottleneck,
  catalogue,
  classNames,
  cosearchCatalogue,
  defaultShape,
  divisors,
  evaluate,
  evaluatorOffer,
  explained,
  extentsAt,
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
  hoverTable,
  keysOf,
  keyword,
  latencySum,
  latencyText,
  learnedCycles,
  learnedOf,
  learnedTotal,
  lineAndColumn,
  lineIndex,
  listed,
  lowerMapping,
  modelMismatch,
  nameAndRange,
  namedShape,
  networkTotals,
  NodeEdits,
  occurrenceAt,
  parseYaml,
  parsingYaml,
  pathAt,
  plain,
  rankWords,
  readDirectives,
  readSpecification,
  relativePath,
  runSafe,
  shapeNames,
  storageEnergyPj,
  targetLevel,
  toRange,
  toWorkspaceEdit,
  valueAt,
  withComponentConstraints,
};
