/** From the words on the command line to the files of each design. The only place of the tool that reads files. */

import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { looksCompact } from "../spec/formats/dosa-compact.ts";
import { looksLikeMapText } from "../spec/formats/map-txt.ts";
import { listed } from "../spec/nearest.ts";
import { readSpecification } from "../spec/specification.ts";
import { isTemplate, renderTemplate, type TemplateFiles } from "../spec/v04/template.ts";
import * as templateEngine from "../spec/v04/template-engine.ts";
import { maxFileLength } from "../syntax/limits.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";
import { type Design, resolveDesign } from "../workspace/design.ts";
import { fileKinds } from "../workspace/kinds.ts";
import { readModeline } from "../workspace/modeline.ts";
import { resolvePath } from "../workspace/paths.ts";
import { formatCount, megabytes } from "../workspace/quantities.ts";
import { guessedComponents, tablesAround, tabulates } from "../workspace/reference-tables.ts";
import { UsageError } from "./usage.ts";

export interface Input {
  /** The file the user named (the mapping, where there are several). */
  name: string;
  files: SourceFile[];
  /** Layer of the problem that the mapping's modeline names. */
  layer: string | null;
  /** Files that were found rather than named. */
  found: readonly string[];
  /** Files that templates include: problems may lie in them. */
  included: readonly SourceFile[];
  /** Problems of rendering templates. */
  problems: readonly Problem[];
  notes: string[];
}

/** What a design may lack because it was not looked at. */
interface LeftOut {
  /** Files beside the main one that are too large; a file that is named is always read. */
  large: { name: string; bytes: number }[];
  /** Files in folders farther away. */
  files: number;
}

/** Values a caller gives to the variables of templates. */
export type TemplateVariables = Readonly<Record<string, string | number | boolean>>;

export function readInputs(names: readonly string[], each: boolean, variables: TemplateVariables = {}): Input[] {
  if (names.length === 0) throw new UsageError("name at least one file, folder, or - for standard input");
  const folders = names.filter((name) => name !== "-" && existsSync(name) && statSync(name).isDirectory());
  if (folders.length > 0) {
    const mappings = names.flatMap((name) => (folders.includes(name) ? mappingFiles(name) : [name]));
    if (mappings.length === 0) throw new UsageError(`no mapping file in ${folders.join(", ")}`);
    return mappings.map((name) => completeDesign([readSource(name)], variables));
  }
  if (each) return names.map((name) => readAlone(name, variables));
  const files = names.map(readSource);
  const foreign = files.find((file) => looksLikeMapText(file.text) || looksCompact(file.text));
  if (foreign !== undefined) {
    throw new UsageError(
      `${foreign.uri} is a mapping in another notation; turn it into YAML with \`mapspace convert\``,
    );
  }
  const nothing = files.find(
    (file) => file.uri !== "-" && !isYaml(file.uri) && !isTemplate(file) && fileKinds(file.text).length === 0,
  );
  if (nothing !== undefined) {
    throw new UsageError(`${nothing.uri} holds no part of a design (no architecture, problem, mapping, ERT…)`);
  }
  return [completeDesign(files, variables)];
}

/** One file of a batch: one that cannot be read is a problem of its own and does not stop the others. */
function readAlone(name: string, variables: TemplateVariables): Input {
  try {
    return completeDesign([readSource(name)], variables);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const problem: Problem = {
      code: "unreadable-file",
      severity: "error",
      message: error.message,
      location: { uri: name, start: 0, end: 0 },
    };
    return {
      name,
      files: [{ uri: name, text: "" }],
      included: [],
      problems: [problem],
      layer: null,
      found: [],
      notes: [],
    };
  }
}

export function readSource(name: string): SourceFile {
  if (name === "-") return { uri: "-", text: readFileSync(0, "utf8") };
  try {
    return { uri: normalize(name), text: readFileSync(name, "utf8") };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") throw new UsageError(`${name}: no such file`);
    throw new UsageError(`${name}: cannot be read (${code ?? (error as Error).message})`);
  }
}

const isYaml = (name: string) => /\.ya?ml$/i.test(name);

/** Folders within folders that are looked into. */
const deepest = 8;

/** The mapping files of a folder, then those of the folders in it. */
function mappingFiles(folder: string, depth = 0): string[] {
  const own = entries(folder)
    .filter((entry) => entry.isFile() && isYaml(entry.name))
    .map((entry) => join(folder, entry.name))
    .filter((name) => fileKinds(readNeighbour(name)?.text ?? "").includes("mapping"));
  const inside = depth < deepest ? subfolders(folder).flatMap((inner) => mappingFiles(inner, depth + 1)) : [];
  return [...own, ...inside];
}

/** What a file that may be a template says. */
export function render(
  file: SourceFile,
  variables: TemplateVariables,
): Pick<Input, "included" | "problems"> & { file: SourceFile } {
  if (!isTemplate(file)) return { file, included: [], problems: [] };
  const { value, problems } = renderTemplate(templateEngine, file, disk, variables);
  return { file: value.file, included: value.sources, problems };
}

/** Adds what a design still lacks, from the modeline of its main file and the files beside it. */
function completeDesign(named: SourceFile[], variables: TemplateVariables): Input {
  const main = named.find((file) => fileKinds(file.text).includes("mapping")) ?? named[0];
  const candidates = new Map(named.map((file) => [file.uri, file]));
  const have = new Set(named.flatMap((file) => fileKinds(file.text)));
  const complete = have.has("architecture") && have.has("problem") && have.has("mapping");
  const namedUris = named.map((file) => file.uri);
  const templated = named.some(isTemplate);
  const leftOut: LeftOut = { large: [], files: 0 };
  if (!complete && !templated) {
    // Several files without a mapping among them ask for no other file's mapping.
    const wanted = (file: SourceFile) => named.length === 1 || !fileKinds(file.text).includes("mapping");
    // Standard input has no neighbours; its modeline counts from the folder at hand.
    const around = main.uri === "-" ? readParts(modelineFiles(main), main) : neighbours(main, leftOut);
    for (const file of around) if (!candidates.has(file.uri) && wanted(file)) candidates.set(file.uri, file);
  }
  const design: Design = resolveDesign(main.uri, [...candidates.values()], [], namedUris);
  const problems: Problem[] = [];
  const included: SourceFile[] = [];
  const files = design.parts.map((part) => {
    const rendered = render(candidates.get(part.uri)!, variables);
    problems.push(...rendered.problems);
    included.push(...rendered.included);
    return rendered.file;
  });
  return {
    name: main.uri,
    files,
    included,
    problems,
    layer: design.layer,
    found: design.parts
      .filter((part) => part.foundBy !== "opened" && part.foundBy !== "setting")
      .map((part) => part.uri),
    notes: [
      ...design.ambiguous.map(
        ({ kind, taken, others }) =>
          `several files hold a${/^[aeiou]/i.test(kind) ? "n" : ""} ${kind}; took ${taken}, not ${others.join(", ")}`,
      ),
      ...tablesOffered(main, files),
      ...notesOn(leftOut, design),
      ...design.unresolved.map(
        (entry) => `modeline of ${main.uri}: ${entry.key}=${entry.value} names no readable file`,
      ),
    ],
  };
}

function notesOn({ large, files }: LeftOut, { missing }: Design): string[] {
  const limit = megabytes(maxFileLength);
  const notes = large.map(
    ({ name, bytes }) =>
      `${name} has ${megabytes(bytes)} and was not read (limit ${limit}); name it if it belongs here`,
  );
  if (files > 0 && missing.length > 0) {
    const count = `${formatCount(files)} more file${files === 1 ? "" : "s"}`;
    notes.push(`${count} in the folders around may hold the ${listed([...missing])}; name the right one`);
  }
  return notes;
}

/** Energy and area tables lying about, when the design names none. */
function tablesOffered(main: SourceFile, files: readonly SourceFile[]): string[] {
  if (main.uri === "-" || files.some((file) => isTemplate(file) || fileKinds(file.text).includes("ERT"))) return [];
  const folders = [...new Set(files.map((file) => dirname(file.uri)))];
  const around = [...folders, ...folders.map((folder) => join(folder, ".."))];
  const below = around.flatMap(subfolders);
  const candidates = new Set([...around, ...below, ...below.flatMap(subfolders)].flatMap(yamlFiles));
  const offers = tablesAround(
    files.map((file) => file.uri),
    [...candidates],
  );
  if (offers.length === 0) return [];
  const guessed = guessedComponents(readSpecification(files));
  const tables =
    guessed.length > 0 &&
    offers.find(({ ert }) => {
      const table = readNeighbour(ert, Number.POSITIVE_INFINITY);
      return table !== null && tabulates(table, guessed);
    });
  if (!tables) return [];
  const names = [tables.ert, tables.art].filter((name) => name !== null);
  return [`energies come from Timeloop's public model; tables are at hand: add ${names.join(" ")}`];
}

/** How templates reach the files they include. */
const disk: TemplateFiles = {
  read: (path) => (existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : null),
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
};

/**
 * Files that may complete the design of `main`: those its modeline names, those in its folder, and for a mapping in a
 * folder of its own (`map/`, beside `arch/` and `prob/`) those one folder up and below.
 */
function neighbours(main: SourceFile, leftOut: LeftOut): SourceFile[] {
  const folder = dirname(main.uri);
  const beside = yamlFiles(folder);
  const parent = join(folder, "..");
  const others = [parent, ...subfolders(parent, Number.POSITIVE_INFINITY)]
    .filter((other) => normalize(other) !== normalize(folder))
    .map(yamlFiles);
  const around = others.slice(0, folderLimit).flatMap((files) => files.slice(0, folderLimit));
  leftOut.files = others.flat().length - around.length;
  leftOut.large = beside.map((name) => ({ name, bytes: sizeOf(name) })).filter(({ bytes }) => bytes > maxFileLength);
  return readParts([...modelineFiles(main), ...beside, ...around], main);
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

function modelineFiles(main: SourceFile): string[] {
  return readModeline(main).map((entry) => resolvePath(main.uri, entry.value));
}

/** Those of the files that are part of a design; large ones only where the main file names them. */
function readParts(paths: readonly string[], main: SourceFile): SourceFile[] {
  const named = modelineFiles(main);
  return [...new Set(paths)]
    .filter((path) => path !== main.uri)
    .map((path) => readNeighbour(path, named.includes(path) ? Number.POSITIVE_INFINITY : maxFileLength))
    .filter((file) => file !== null && fileKinds(file.text).length > 0) as SourceFile[];
}

/** A file that nobody named: null where it is no file, is too large, cannot be read or has gone meanwhile. */
function readNeighbour(path: string, limit = maxFileLength): SourceFile | null {
  try {
    const status = statSync(path);
    return status.isFile() && status.size <= limit ? { uri: normalize(path), text: readFileSync(path, "utf8") } : null;
  } catch {
    return null;
  }
}

/** Files read of each folder around that of the main file, and such folders: more is no design but a collection. */
const folderLimit = 200;

function yamlFiles(folder: string): string[] {
  return entries(folder)
    .filter((entry) => entry.isFile() && isYaml(entry.name))
    .map((entry) => join(folder, entry.name));
}

function subfolders(folder: string, limit = folderLimit): string[] {
  return entries(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
    .slice(0, limit)
    .map((entry) => join(folder, entry.name));
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
