/** From a place in the text to the nodes around it. */

import type { YamlEntry, YamlFile, YamlNode } from "./tree.ts";

/** One step inwards: into the value of a map entry, or an item of a sequence. */
export interface PathStep {
  node: YamlNode;
  /** How the parent holds it; absent for the root. */
  entry?: YamlEntry;
  index?: number;
  /** The offset lies on the key of `entry`, not on its value. */
  onKey: boolean;
}

/** The nodes around an offset, outermost first. Empty between documents. */
export function pathAt(tree: YamlFile, offset: number): PathStep[] {
  const uri = tree.root?.location.uri;
  const contains = ({ location }: { location: { uri: string; start: number; end: number } }) =>
    location.uri === uri && location.start <= offset && offset <= location.end;
  const root = tree.documents.find((document) => contains(document)) ?? null;
  if (root === null) return [];
  const path: PathStep[] = [{ node: root, onKey: false }];
  for (;;) {
    const { node, onKey } = path[path.length - 1];
    if (onKey) return path;
    if (node.kind === "map") {
      const entry = node.entries.find((candidate) => !candidate.merged && contains(candidate));
      if (entry === undefined) return path;
      path.push({ node: entry.value, entry, onKey: offset <= entry.key.location.end });
    } else if (node.kind === "sequence") {
      const index = node.items.findIndex((item) => contains(item));
      if (index < 0) return path;
      path.push({ node: node.items[index], index, onKey: false });
    } else return path;
  }
}

/** Keys from the root to the innermost step, `[]` for list items: `["architecture", "[]", "name"]`. */
export function keysOf(path: readonly PathStep[]): string[] {
  return path.slice(1).map((step) => step.entry?.key.text ?? "[]");
}
