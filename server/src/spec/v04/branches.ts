import type { Located, Location, Problem } from "../../syntax/source.ts";
import { listed } from "../nearest.ts";
import { type Drafts, emptyDraft } from "./constraints.ts";
import { union } from "./macros.ts";
import type { Branch, Leaf } from "./nodes.ts";

/** The constraints of every leaf. */
export type DraftsByLeaf = ReadonlyMap<Leaf, Drafts>;

export function leavesOf(node: Leaf | Branch): Leaf[] {
  return node.node === "leaf" ? [node] : node.children.flatMap(leavesOf);
}

/**
 * Peers under `!Parallel` share the data spaces: each is kept in the one branch that says `keep` and bypassed in
 * the others (`timeloopfe/v4/processors/dataspace2branch.py`).
 */
export function divideDataSpaces(
  branch: Branch,
  dataSpaces: readonly string[],
  drafts: DraftsByLeaf,
  problems: Problem[],
): void {
  if (!branch.parallel) {
    for (const node of branch.children)
      if (node.node === "branch") divideDataSpaces(node, dataSpaces, drafts, problems);
    return;
  }
  const kept = branch.children.map((node) => keptIn(node, drafts));
  for (const [name, place] of kept[0] === undefined ? [] : repeated(kept)) {
    problems.push({
      code: "parallel-keep",
      severity: "error",
      message: `${name} is kept in two branches of one !Parallel; each data space can go through one of them only.`,
      location: place,
    });
  }
  const missing = dataSpaces.filter((name) => !kept.some((names) => names.has(name)));
  if (missing.length > 0) {
    problems.push({
      code: "parallel-keep",
      severity: "error",
      message: `No branch of this !Parallel keeps ${listed(missing)}. Write keep in the branch they go through, or add “- !Nothing {constraints: {dataspace: {keep: [${missing.join(", ")}]}}}” to let them pass.`,
      location: { ...branch.location, end: Math.min(branch.location.end, branch.location.start + 1) },
    });
  }
  branch.children.forEach((node, index) => {
    const own = kept[index] ?? new Map();
    const others = dataSpaces.filter((name) => !own.has(name));
    for (const leaf of leavesOf(node)) bypass(leaf, others, drafts);
    if (node.node === "branch") divideDataSpaces(node, [...own.keys()], drafts, problems);
  });
}

function keptIn(node: Leaf | Branch, drafts: DraftsByLeaf): Map<string, Location> {
  const names = leavesOf(node).flatMap((leaf) => drafts.get(leaf)?.get("dataspace")?.directive.keep ?? []);
  return new Map(names.map(({ value, location }: Located<string>) => [value, location]));
}

function* repeated(kept: readonly ReadonlyMap<string, Location>[]): Generator<[string, Location]> {
  const seen = new Set<string>();
  for (const names of kept) {
    for (const [name, location] of names) {
      if (seen.has(name)) yield [name, location];
      seen.add(name);
    }
  }
}

function bypass(leaf: Leaf, names: readonly string[], drafts: DraftsByLeaf): void {
  const own = drafts.get(leaf);
  if (own === undefined || names.length === 0) return;
  const draft = own.get("dataspace") ?? emptyDraft(leaf.name, "dataspace", leaf.name.location);
  const place = draft.directive.location;
  const added = names.map((value) => ({ value, location: place }));
  own.set("dataspace", { ...draft, directive: { ...draft.directive, bypass: union(draft.directive.bypass, added) } });
}
