import type { Fix, Location, Problem, SourceEdit } from "../syntax/source.ts";
import { withModelineEntries } from "../workspace/modeline.ts";
import { baseName, relativePath } from "../workspace/paths.ts";
import { guessedComponents, type TableOffer } from "../workspace/reference-tables.ts";
import type { Snapshot } from "../workspace/store.ts";
import { keyOf } from "./estimate.ts";
import { unsuppressed } from "./suppression.ts";

type Seen = Pick<Snapshot, "specification" | "files" | "tables">;

/** `tables-at-hand`: energies are guessed although an energy table lies near; the fix names it in the modelines. */
export function tablesAtHand({ specification, files, tables }: Seen): Problem[] {
  const { architectureSource, mappingSource } = specification;
  if (tables === null) return [];
  const guessed = guessedComponents(specification);
  const component = architectureSource?.components.find(({ name }) => guessed.includes(name.value));
  if (component === undefined) return [];
  const places: Location[] = [component.name.location];
  if (mappingSource !== undefined) places.unshift(keyOf(mappingSource.location, files));
  const named = [tables.ert, tables.art].filter((uri) => uri !== null).map(baseName);
  const fix: Fix = {
    title: `Add ${named.join(" and ")} to the design`,
    edits: [...new Set(places.map(({ uri }) => uri))].flatMap((uri) => modeline(uri, tables, files)),
    safe: false,
  };
  const problems = places.map(
    (location): Problem => ({
      code: "tables-at-hand",
      severity: "information",
      message: `Energies come from Timeloop's public technology model, but ${relativePath(location.uri, tables.ert)} is at hand.`,
      location,
      fixes: fix.edits.length === 0 ? [] : [fix],
    }),
  );
  return unsuppressed(problems, files);
}

function modeline(uri: string, { ert, art }: TableOffer, files: Seen["files"]): SourceEdit[] {
  const file = files.find((candidate) => candidate.uri === uri);
  if (file === undefined || /\.jinja2?$/.test(uri)) return [];
  const entries = Object.entries({ ert, art }).flatMap(([key, table]): [string, string][] =>
    table === null ? [] : [[key, relativePath(uri, table)]],
  );
  return [withModelineEntries(file, entries)];
}
