/** From a mapping found to the smallest change of the user's own files. */

import type { Mapping } from "../../engine/model/types.ts";
import { editArchitecture } from "../../spec/architecture-edit.ts";
import { applyEdits, editMapping } from "../../spec/edit.ts";
import { printMappingYaml, spatialFits } from "../../spec/formats/mapping-yaml.ts";
import { lineIndex } from "../../syntax/position.ts";
import type { SourceEdit, SourceFile } from "../../syntax/source.ts";
import { baseName, relativePath } from "../../workspace/paths.ts";
import type { Snapshot } from "../../workspace/store.ts";
import { fingerprint } from "./fingerprint.ts";
import { fingerprints, mappingUri } from "./offer.ts";
import type { Basis, FileChange, NewFile, WriteParams, WriteResult } from "./protocol.ts";

/**
 * Where a file reads differently from what the searches rest on, nothing is written.
 *
 * @param textOf what stands in a file: a template reads differently from what it renders to, and stays as it is
 */
export function writeBack(
  snapshot: Snapshot,
  { found, basis }: Pick<WriteParams, "found" | "basis">,
  textOf: (uri: string) => string | undefined,
): WriteResult {
  const { specification, analysis } = snapshot;
  const { mappings } = found;
  if (specification.architecture === undefined || mappings.some(({ layer }) => !(layer in analysis.layers))) {
    return refused("The architecture or the problem of this design can no longer be read.");
  }
  const changed = [...new Set(basis?.flatMap((one) => changedFiles(snapshot, one)))];
  if (changed.length > 0) {
    const names = changed.map(baseName).join(", ");
    return { kind: "changed", changed, message: `${names} changed since the search began, so its result may not fit.` };
  }
  if (!mappings.every(({ mapping }) => spatialFits(mapping))) return notWritable;
  const edits: SourceEdit[] = [];
  let { architecture } = specification;
  if (found.architecture !== undefined) {
    const sized = editArchitecture(snapshot.files, specification, found.architecture);
    if (sized.obstacle !== undefined) return refused(sized.obstacle);
    edits.push(...sized.edits);
    architecture = sized.architecture;
  }
  const creates: NewFile[] = [];
  const uri = mappingUri(snapshot);
  const file = uri === null ? undefined : snapshot.files.find((candidate) => candidate.uri === uri);
  for (const { layer, mapping } of mappings) {
    if (file === undefined) {
      creates.push(newMapping(snapshot, layer, mapping, new Set(creates.map((created) => created.uri))));
      continue;
    }
    const context = {
      architecture,
      workload: analysis.layers[layer].layer.workload,
      architectureSource: specification.architectureSource,
    };
    const own = editMapping(file, mapping, context);
    if (own === null) return notWritable;
    edits.push(...own);
  }
  const touched = snapshot.files.filter(
    ({ uri: one }) => one === file?.uri || edits.some((e) => e.location.uri === one),
  );
  const template = touched.find((one) => textOf(one.uri) !== one.text);
  if (template !== undefined) {
    const what = template === file ? "The mapping" : "The hardware";
    return refused(
      `${what} comes from the template ${baseName(template.uri)}, which is not changed. Save it as a file of its own.`,
    );
  }
  return { kind: "write", changes: touched.map((one) => fileChange(one, edits)), creates };
}

function fileChange(file: SourceFile, edits: readonly SourceEdit[]): FileChange {
  const index = lineIndex(file);
  const own = edits.filter(({ location }) => location.uri === file.uri);
  return {
    uri: file.uri,
    before: fingerprint(file.text),
    edits: own.map(({ location, newText }) => ({
      start: index.position(location.start),
      end: index.position(location.end),
      newText,
    })),
    text: applyEdits(file, own).text,
  };
}

const refused = (message: string): WriteResult => ({ kind: "refused", message });

const notWritable: WriteResult = {
  kind: "refused",
  message: "This mapping spreads one dimension along X and Y of the same level, which the mapping format cannot say.",
};

/**
 * Files of the search that read differently now, or are gone, and files that came into the design. Mappings written
 * for other layers of a network come in by themselves and change nothing for this one.
 */
function changedFiles(snapshot: Snapshot, { files, alike }: Basis): string[] {
  const now = fingerprints(snapshot);
  const several = snapshot.analysis.layers.length > 1;
  const mappings = new Set(
    snapshot.design.parts.filter(({ kinds }) => kinds.includes("mapping")).map(({ uri }) => uri),
  );
  return [...new Set([...Object.keys(files), ...Object.keys(now)])].filter(
    (uri) =>
      files[uri] !== now[uri] &&
      !alike[uri]?.includes(now[uri] ?? null) &&
      !(several && files[uri] === undefined && mappings.has(uri)),
  );
}

/** A new file for one layer, with a first line that names the files it belongs to. */
function newMapping(snapshot: Snapshot, layerIndex: number, mapping: Mapping, taken: ReadonlySet<string>): NewFile {
  const { design, specification, analysis } = snapshot;
  const { architecture, architectureSource } = specification;
  const { workload, location } = analysis.layers[layerIndex].layer;
  const several = analysis.layers.length > 1;
  const stem = location.uri.replace(/(\.prob|\.problem)?\.(ya?ml|jinja2)$/i, "");
  const safe = (name: string) => name.replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "");
  const named = `${stem}${several ? `.${safe(workload.name) || layerIndex + 1}` : ""}.map.yaml`;
  const uri = taken.has(named) ? named.replace(/\.map\.yaml$/, `-${layerIndex + 1}$&`) : named;
  const entries: string[] = [];
  for (const kind of ["architecture", "problem"] as const) {
    const parts = design.parts.filter(({ kinds }) => kinds.includes(kind));
    const part = parts.find((one) => one.uri === location.uri) ?? parts[0];
    if (part !== undefined) entries.push(`${kind}=${quoted(relativePath(uri, part.uri))}`);
  }
  if (several && workload.name !== "") entries.push(`layer=${quoted(workload.name)}`);
  const style = architectureSource?.version === "0.4" ? "0.4" : "0.3";
  const text = `# mapspace: ${entries.join(" ")}\n${printMappingYaml(mapping, architecture!, workload, style)}`;
  return { uri, text };
}

const quoted = (value: string) => (/\s/.test(value) ? `"${value}"` : value);
