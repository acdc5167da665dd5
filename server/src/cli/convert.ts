/** `mapspace convert`: a mapping in another notation, or a whole design in the format of v0.4. */

import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { evaluate } from "../engine/model/evaluate.ts";
import { type Architecture, defaultEvaluationOptions, type Mapping, type Workload } from "../engine/model/types.ts";
import { applyEdits } from "../spec/edit.ts";
import { compactAlone, parseCompact, printCompact } from "../spec/formats/dosa-compact.ts";
import { looksLikeMapText, parseMapText, printMapText } from "../spec/formats/map-txt.ts";
import { printMappingYaml, spatialFits } from "../spec/formats/mapping-yaml.ts";
import { lowerMapping } from "../spec/mapping.ts";
import { readSpecification } from "../spec/specification.ts";
import type { Reading } from "../spec/types.ts";
import type { SourceFile } from "../syntax/source.ts";
import { analyse } from "../workspace/analysis.ts";
import { conversionToV04, isOlderThanV04 } from "../workspace/convert.ts";
import type { Command } from "./command.ts";
import { readInputs, readSource } from "./inputs.ts";
import { writeOutput } from "./output.ts";
import { fileLookup, hasErrors, renderProblem } from "./problems.ts";
import { DesignError, exitStatus, type FlagSpec, parseFlags, UsageError } from "./usage.ts";

const flagSpec = {
  to: { type: "string" },
  layer: { type: "string" },
  output: { type: "string", short: "o" },
} as const satisfies FlagSpec;

const targets = ["yaml", "yaml-0.4", "map.txt", "compact", "v0.4"] as const;
type Target = (typeof targets)[number];

export const convertCommand: Command = {
  name: "convert",
  summary: "a mapping between YAML, map.txt and the compact form; a design to v0.4",
  help: `Usage: mapspace convert [--to FORMAT] FILE...

FILEs are a design. Its mapping may be YAML, a Timeloop map.txt or the compact form
(L3[WIO] C8 Q7 K16 - L2[WI] N1 K4X - ...); the architecture and problem name the levels and dimensions.

  --to FORMAT   yaml (default), yaml-0.4 (lists instead of texts), map.txt, compact; v0.4: every file of a v0.2 or
                v0.3 design, comments kept, refused where the result would not cost the same
  --layer NAME  the layer of the problem
  -o, --output FILE  write there instead of standard output; with --to v0.4 a folder

Exit status: 0 fine, 1 problems of severity error, 2 wrong usage.
`,
  run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    const target = (flags.to ?? "yaml") as Target;
    if (!targets.includes(target)) throw new UsageError(`--to takes ${targets.join(", ")}; not "${flags.to}"`);
    if (target === "v0.4") return convertDesign(files, flags.output as string | undefined);
    const texts = files.filter((name) => name !== "-").map((name) => readSource(name));
    const notation = texts.find((file) => compactAlone(file.text) !== null || looksLikeMapText(file.text));
    // A YAML file may hold the compact form beside other parts of the design.
    const others = files.filter((_, index) => texts[index] !== notation || /^mapping:/m.test(notation?.text ?? ""));
    if (others.length === 0)
      throw new UsageError(
        "name the architecture and the problem too: the mapping alone does not say what its levels are",
      );
    const [input] = readInputs(others, false);
    const specification = readSpecification(input.files);
    const layer =
      flags.layer === undefined
        ? specification.layers[0]
        : specification.layers.find(({ workload }) => workload.name === flags.layer);
    const { architecture } = specification;
    if (architecture === undefined) throw new DesignError(`${input.name}: there is no readable architecture`);
    if (specification.layers.length === 0) throw new DesignError(`${input.name}: there is no readable problem`);
    if (layer === undefined) throw new UsageError(`${input.name}: there is no layer called "${flags.layer}"`);
    const reading = readMapping(notation, architecture, layer.workload, specification.mappingSource);
    const fileOf = fileLookup([...input.files, ...texts]);
    for (const problem of reading.problems) process.stderr.write(`${renderProblem(problem, fileOf)}\n`);
    if (hasErrors(reading.problems)) return exitStatus.problems;
    if (target.startsWith("yaml") && !spatialFits(reading.value)) {
      process.stderr.write(
        `${input.name}: a dimension is spread along both X and Y of one level; Timeloop's mapping YAML has no form for that\n`,
      );
      return exitStatus.problems;
    }
    writeOutput(flags.output as string | undefined, print(target, architecture, layer.workload, reading.value));
    return exitStatus.fine;
  },
};

/** All files of the design: into a folder, or one after the other, each under its name. */
function convertDesign(names: readonly string[], folder: string | undefined): number {
  const [input] = readInputs(names, false);
  const specification = readSpecification(input.files);
  if (!isOlderThanV04(specification)) throw new UsageError(`${input.name}: there is no architecture older than v0.4`);
  const conversion = conversionToV04(analyse(specification), input.files);
  if ("reason" in conversion) {
    process.stderr.write(`${input.name}: no v0.4 equivalent: ${conversion.reason}\n`);
    return exitStatus.problems;
  }
  const uris = input.files.map(({ uri }) => uri);
  if (new Set(uris.map((uri) => basename(uri))).size < uris.length && folder !== undefined) {
    throw new UsageError(`two files of the design have one name: ${uris.join(", ")}`);
  }
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  for (const file of input.files) {
    const edits = conversion.edits.filter(({ location }) => location.uri === file.uri);
    const { text } = edits.length === 0 ? file : applyEdits(file, edits);
    if (folder !== undefined) writeOutput(join(folder, basename(file.uri)), text);
    else writeOutput(undefined, uris.length === 1 ? text : `# file: ${file.uri}\n${text}`);
  }
  return exitStatus.fine;
}

function readMapping(
  notation: SourceFile | undefined,
  architecture: Architecture,
  workload: Workload,
  source: ReturnType<typeof readSpecification>["mappingSource"],
): Reading<Mapping> {
  if (notation !== undefined) {
    const compact = compactAlone(notation.text);
    return compact !== null
      ? parseCompact({ ...notation, text: compact }, architecture.storage.length, workload)
      : parseMapText(notation, architecture, workload);
  }
  if (source === undefined) throw new UsageError("none of the files holds a mapping");
  const { value, problems } = lowerMapping(source, architecture, workload);
  return { value: value.mapping, problems };
}

function print(target: Target, architecture: Architecture, workload: Workload, mapping: Mapping): string {
  if (target === "compact") return `${printCompact(mapping, workload)}\n`;
  if (target !== "map.txt") return printMappingYaml(mapping, architecture, workload, target === "yaml" ? "0.3" : "0.4");
  const { evaluation } = evaluate(architecture, workload, mapping, defaultEvaluationOptions(), {});
  return printMapText(mapping, architecture, workload, evaluation);
}
