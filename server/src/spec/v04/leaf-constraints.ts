import type { Workload } from "../../engine/model/types.ts";
import type { Located, Problem } from "../../syntax/source.ts";
import { child, isNull, type YamlNode } from "../../syntax/yaml.ts";
import { listed, renameFixes } from "../nearest.ts";
import { type DraftsByLeaf, divideDataSpaces } from "./branches.ts";
import { attachDraft, type Draft, type Drafts, emptyDraft, readConstraintGroup, readDraft } from "./constraints.ts";
import { expandMacros } from "./macros.ts";
import { maximizeDimensions, remainingBounds } from "./maximize.ts";
import type { Branch, Leaf } from "./nodes.ts";
import type { Scope } from "./scope.ts";
import { unitLoopsInside } from "./unit-loops.ts";

/**
 * The constraints of every leaf in the order of the front end's processors: those written inside, those attached
 * from lists, macros, branches of `!Parallel`, unit loops innermost (`timeloopfe/v4/processors/__init__.py`).
 */
export function resolveConstraints(
  top: Branch,
  leaves: readonly Leaf[],
  context: { workload: Workload | null; targets?: readonly YamlNode[] },
  scope: Scope,
  problems: Problem[],
): DraftsByLeaf {
  const drafts = new Map<Leaf, Drafts>();
  for (const leaf of leaves) drafts.set(leaf, readConstraintGroup(leaf.constraints, leaf.name, scope, problems));
  for (const list of context.targets ?? []) attachList(list, drafts, scope, problems);
  const { workload } = context;
  if (workload === null) return drafts;
  for (const own of drafts.values())
    for (const [type, draft] of own) own.set(type, expandMacros(draft, workload, problems));
  maximizeAll(leaves, drafts, workload, problems);
  divideDataSpaces(
    top,
    workload.dataSpaces.map(({ name }) => name),
    drafts,
    problems,
  );
  for (const leaf of leaves) {
    if (leaf.kind === "storage") addUnitLoops(leaf, "temporal", drafts, workload);
    if (leaf.meshX * leaf.meshY > 1) addUnitLoops(leaf, "spatial", drafts, workload);
  }
  return drafts;
}

function attachList(node: YamlNode, drafts: DraftsByLeaf, scope: Scope, problems: Problem[]): void {
  const list = child(node, "targets") ?? node;
  if (list.kind !== "sequence") {
    if (!isNull(list) && list.kind !== "map")
      problems.push({
        code: "wrong-type",
        severity: "error",
        message: "Constraints are a list of targets.",
        location: list.location,
      });
    return;
  }
  for (const item of list.items) {
    if (item.kind !== "map") continue;
    const draft = readDraft(item, scope, problems);
    const { target } = draft.directive;
    if (target === null) continue;
    const leaf = [...drafts.keys()].find(({ name }) => name.value === target.value);
    if (leaf !== undefined) attachDraft(drafts.get(leaf) as Drafts, draft, problems);
    else
      problems.push(
        unknownTarget(
          target,
          [...drafts.keys()].map(({ name }) => name.value),
        ),
      );
  }
}

function unknownTarget(target: Located<string>, names: readonly string[]): Problem {
  return {
    code: "unknown-target",
    severity: "error",
    message: `The architecture has no node “${target.value}”; it has ${listed(names)}.`,
    location: target.location,
    fixes: renameFixes(target.value, names, target.location),
  };
}

/** From the compute upwards, all spatial ones first: each takes from what the ones before left. */
function maximizeAll(leaves: readonly Leaf[], drafts: DraftsByLeaf, workload: Workload, problems: Problem[]): void {
  const all: Draft[] = [...drafts.values()].flatMap((own) => [...own.values()]);
  if (!all.some((draft) => draft.macros.has("maximize_dims"))) return;
  const remaining = remainingBounds(workload, all);
  for (const type of ["spatial", "temporal"] as const) {
    for (const leaf of [...leaves].reverse()) {
      const own = drafts.get(leaf);
      const draft = own?.get(type);
      if (draft === undefined) continue;
      own?.set(type, maximizeDimensions(draft, leaf.meshX * leaf.meshY, workload, remaining, problems));
    }
  }
}

function addUnitLoops(leaf: Leaf, type: "temporal" | "spatial", drafts: DraftsByLeaf, workload: Workload): void {
  const own = drafts.get(leaf);
  const draft = own?.get(type) ?? emptyDraft(leaf.name, type, leaf.name.location);
  const directive = unitLoopsInside(draft.directive, workload);
  if (directive !== draft.directive) own?.set(type, { ...draft, directive });
}
