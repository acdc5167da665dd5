/** The user's settings as the server understands them; anything missing or of another shape is the default. */

import type { CountingRule, EvaluationOptions } from "../engine/model/types.ts";
import type { SearchOptions } from "../features/explorer/protocol.ts";
import type { InlayHintSettings } from "../features/inlay-hints.ts";
import type { Severity } from "../syntax/source.ts";
import type { DesignSetting } from "../workspace/design.ts";
import { defaultEvaluator, type EvaluatorSettings, readEvaluator } from "./evaluator.ts";
import { defaultSearch, readCosearch, readSearch } from "./search-settings.ts";

export interface Settings {
  designs: DesignSetting[];
  evaluation: Partial<EvaluationOptions>;
  estimates: { diagnostics: boolean; codeLens: boolean };
  buffers: { diagnostics: boolean };
  severities: Record<string, Severity | "off">;
  inlayHints: InlayHintSettings;
  search: SearchOptions;
  evaluator: EvaluatorSettings;
  cosearch: SearchOptions;
}

export const defaultSettings: Settings = {
  designs: [],
  evaluation: {},
  estimates: { diagnostics: true, codeLens: true },
  buffers: { diagnostics: true },
  severities: {},
  inlayHints: { tiles: true, costs: true, zeroFactors: true, permutationDirection: true },
  search: defaultSearch,
  evaluator: defaultEvaluator,
  cosearch: readCosearch(undefined, defaultSearch),
};

const rules: readonly string[] = ["exact", "timeloop", "timeloop-2022"] satisfies CountingRule[];

const levels: readonly string[] = ["off", "hint", "information", "warning", "error"] satisfies (Severity | "off")[];

type Bag = Record<string, unknown>;
const bag = (value: unknown): Bag => (typeof value === "object" && value !== null ? (value as Bag) : {});
const flag = (value: unknown, fallback: boolean) => (typeof value === "boolean" ? value : fallback);

/** Reads the `mapspace` section. `resolve` turns a path of `mapspace.designs` into a URI. */
export function readSettings(section: unknown, resolve: (path: string) => string): Settings {
  const all = bag(section);
  const search = readSearch(all.search);
  const estimates = bag(all.estimates);
  const hints = bag(all.inlayHints);
  const links = bag(all.evaluation).linkTransfers;
  const evaluation: Partial<EvaluationOptions> = {};
  if (typeof all.counting === "string" && rules.includes(all.counting) && all.counting !== "exact") {
    evaluation.counting = all.counting as CountingRule;
  }
  if (typeof links === "boolean") evaluation.linkTransfers = links;
  return {
    designs: Array.isArray(all.designs)
      ? all.designs.flatMap((files): DesignSetting[] =>
          Array.isArray(files) ? [files.filter((path) => typeof path === "string").map(resolve)] : [],
        )
      : [],
    evaluation,
    estimates: {
      diagnostics: flag(estimates.diagnostics, defaultSettings.estimates.diagnostics),
      codeLens: flag(estimates.codeLens, defaultSettings.estimates.codeLens),
    },
    buffers: { diagnostics: flag(bag(all.buffers).diagnostics, defaultSettings.buffers.diagnostics) },
    severities: Object.fromEntries(
      Object.entries(bag(all.severities)).filter(([, level]) => levels.includes(level as string)),
    ) as Settings["severities"],
    inlayHints: {
      tiles: flag(hints.tiles, defaultSettings.inlayHints.tiles),
      costs: flag(hints.costs, defaultSettings.inlayHints.costs),
      zeroFactors: flag(hints.zeroFactors, defaultSettings.inlayHints.zeroFactors),
      permutationDirection: flag(hints.permutationDirection, defaultSettings.inlayHints.permutationDirection),
    },
    search,
    cosearch: readCosearch(all.cosearch, search),
    evaluator: readEvaluator(all.evaluator),
  };
}
