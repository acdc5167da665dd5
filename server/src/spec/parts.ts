import type { SourceFile } from "../syntax/source.ts";
import { describe, isNull, parseYaml, type YamlEntry, type YamlNode } from "../syntax/yaml.ts";
import { keyword } from "./keywords.ts";
import { isCountTable } from "./layer-counts.ts";
import { renameFixes } from "./nearest.ts";
import type { Report } from "./report.ts";
import { whyUnreadable } from "./unreadable.ts";

/** Top-level keys that say something about a design. */
const meaningful = `architecture arch problem layers mapping ERT ART constraints architecture_constraints
  arch_constraints mapspace mapspace_constraints extra_mapping_constraints mapper components compound_components variables evaluate
  sparse_optimizations`.split(/\s+/);

/** Top-level keys of Timeloop and Accelergy that do not change what a mapping costs. */
const harmless = `version globals model layout ERT_summary ART_summary energy_estimation action_counts
  dumped_by_timeloop_front_end primitive_components python_plug_ins processors`.split(/\s+/);

/** A top-level value and the file it stands in. */
export interface Part {
  key: string;
  entry: YamlEntry;
  value: YamlNode;
  file: SourceFile;
  /** The file says nothing but this. */
  alone: boolean;
}

export interface Parts {
  /** All values of some top-level keys, in the order of the files. */
  all(...keys: string[]): Part[];
  /** Roots that are no map of top-level keys: names of layers, counts. */
  others: readonly { file: SourceFile; root: YamlNode }[];
  /** Top-level keys that stand in some file with a value, spelt with underscores. */
  present: ReadonlySet<string>;
}

/** Takes the files apart by their top-level keys; if one cannot be read, none says anything. */
export function collectParts(files: readonly SourceFile[], report: Report): Parts {
  const unreadable = files.flatMap(whyUnreadable);
  if (unreadable.length > 0) {
    report.problems.push(...unreadable);
    return { present: new Set(), others: [], all: () => [] };
  }
  const parts: Part[] = [];
  const others: { file: SourceFile; root: YamlNode }[] = [];
  for (const file of files) {
    const { documents, problems } = parseYaml(file);
    report.problems.push(...problems);
    for (const root of documents) {
      if (root.kind !== "map") {
        others.push({ file, root });
        continue;
      }
      const known = root.entries.filter((entry) => topLevel(entry.key.text) !== null);
      if (known.length === 0 && isCountTable(root)) {
        others.push({ file, root });
        continue;
      }
      const alone = known.filter((entry) => meaningful.includes(topLevel(entry.key.text)!)).length === 1;
      for (const entry of root.entries) {
        const key = topLevel(entry.key.text);
        if (key !== null) parts.push({ key, entry, value: entry.value, file, alone });
        else reportUnknown(entry, report);
      }
    }
  }
  const present = new Set(parts.filter(({ value }) => !isNull(value)).map(({ key }) => key));
  return { present, others, all: (...keys) => parts.filter((part) => keys.includes(part.key)) };
}

function topLevel(text: string): string | null {
  const key = keyword(text).replaceAll("-", "_");
  return meaningful.includes(key) || harmless.includes(key) ? key : null;
}

function reportUnknown(entry: YamlEntry, report: Report): void {
  const { text, location } = entry.key;
  const fixes = renameFixes(text, meaningful, location);
  // A key of one's own that holds anchors or helpers is common; one like a known key is probably a mistake.
  if (fixes.length > 0) {
    const message = `“${text}” is no part of a specification; it has no effect.`;
    report.warning("unknown-key", message, location, { fixes });
  } else {
    const message = `“${text}” (${describe(entry.value)}) is no part of a specification; it has no effect by itself.`;
    report.information("unknown-key", message, location);
  }
}
