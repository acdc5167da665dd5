/** From a mapping found to the smallest change of the user's own files. */

import type { Mapping } from "../../engine/model/types.ts";
import { applyEdits, editMapping } from "../../spec/edit.ts";
import { printMappingYaml, spatialFits } from "../../spec/formats/mapping-yaml.ts";
import { lineIndex } from "../../syntax/position.ts";
import { baseName, relativePath } from "../../workspace/paths.ts";
import type { Snapshot } from "../../workspace/store.ts";
import { fingerprint } from "./fingerprint.ts";
import { fingerprints, mappingUri } from "./offer.ts";
import type { WriteResult } from "./protocol.ts";

/**
 * @param files fingerprints of the files as the search found them; where one differs now, nothing is written.
 * `null` takes the files as they are.
 * @param textOf what stands in a file: a template reads differently from what it renders to, and stays as it is
 */
export function writeBack(
  snapshot: Snapshot,
  layerIndex: number,
  mapping: Mapping,
  files: Readonly<Record<string, string>> | null,
  textOf: (uri: string) => string | undefined,
): WriteResult {
  const { specification, analysis } = snapshot;
  const { architecture, architectureSource } = specification;
  const layer = analysis.layers[layerIndex]?.layer;
  if (architecture === undefined || layer === undefined) {
    return { kind: "refused", message: "The architecture or the problem of this design can no longer be read." };
  }
  const changed = files === null ? [] : changedFiles(snapshot, files);
  if (changed.length > 0) {
    const names = changed.map(baseName).join(", ");
    return { kind: "changed", changed, message: `${names} changed since the search began, so its result may not fit.` };
  }
  const uri = mappingUri(snapshot);
  const file = uri === null ? undefined : snapshot.files.find((candidate) => candidate.uri === uri);
  if (file === undefined) return created(snapshot, layerIndex, mapping);
  if (textOf(file.uri) !== file.text) {
    const message = `The mapping comes from the template ${baseName(file.uri)}, which is not changed. Save it as a file of its own.`;
    return { kind: "refused", message };
  }
  const edits = editMapping(file, mapping, { architecture, workload: layer.workload, architectureSource });
  if (edits === null) return notWritable;
  const index = lineIndex(file);
  const { text } = applyEdits(file, edits);
  return {
    kind: "edit",
    uri: file.uri,
    edits: edits.map(({ location, newText }) => ({
      start: index.position(location.start),
      end: index.position(location.end),
      newText,
    })),
    text,
    fingerprint: fingerprint(text),
  };
}

const notWritable: WriteResult = {
  kind: "refused",
  message: "This mapping spreads one dimension along X and Y of the same level, which the mapping format cannot say.",
};

/**
 * Files of the search that read differently now, or are gone, and files that came into the design. Mappings written
 * for other layers of a network come in by themselves and change nothing for this one.
 */
function changedFiles(snapshot: Snapshot, files: Readonly<Record<string, string>>): string[] {
  const now = fingerprints(snapshot);
  const several = snapshot.analysis.layers.length > 1;
  const mappings = new Set(
    snapshot.design.parts.filter(({ kinds }) => kinds.includes("mapping")).map(({ uri }) => uri),
  );
  return [...new Set([...Object.keys(files), ...Object.keys(now)])].filter(
    (uri) => files[uri] !== now[uri] && !(several && files[uri] === undefined && mappings.has(uri)),
  );
}

/** A new file for one layer, with a first line that names the files it belongs to. */
function created(snapshot: Snapshot, layerIndex: number, mapping: Mapping): WriteResult {
  if (!spatialFits(mapping)) return notWritable;
  const { design, specification, analysis } = snapshot;
  const { architecture, architectureSource } = specification;
  const { workload, location } = analysis.layers[layerIndex].layer;
  const several = analysis.layers.length > 1;
  const stem = location.uri.replace(/(\.prob|\.problem)?\.(ya?ml|jinja2)$/i, "");
  const safe = (name: string) => name.replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "");
  const uri = `${stem}${several ? `.${safe(workload.name) || layerIndex + 1}` : ""}.map.yaml`;
  const entries: string[] = [];
  for (const kind of ["architecture", "problem"] as const) {
    const part = design.parts.find(({ kinds }) => kinds.includes(kind));
    if (part !== undefined) entries.push(`${kind}=${quoted(relativePath(uri, part.uri))}`);
  }
  if (several && workload.name !== "") entries.push(`layer=${quoted(workload.name)}`);
  const style = architectureSource?.version === "0.4" ? "0.4" : "0.3";
  const text = `# mapspace: ${entries.join(" ")}\n${printMappingYaml(mapping, architecture!, workload, style)}`;
  return { kind: "create", uri, text };
}

const quoted = (value: string) => (/\s/.test(value) ? `"${value}"` : value);
