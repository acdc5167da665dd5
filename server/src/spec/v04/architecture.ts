import type { Workload } from "../../engine/model/types.ts";
import type { Located, Location, Problem } from "../../syntax/source.ts";
import { child, type YamlNode } from "../../syntax/yaml.ts";
import type { ArchitectureSource, AttributeValue, ComponentSource, ConstraintSource, Reading } from "../types.ts";
import { plain } from "../values.ts";
import { type Attributes, addMissing, addStorageDefaults, dummyStorageAttributes } from "./attributes.ts";
import { leavesOf } from "./branches.ts";
import { type Drafts, emptyDraft, impliedFactor, isEmpty } from "./constraints.ts";
import { resolveConstraints } from "./leaf-constraints.ts";
import { type Branch, checkKeys, type Leaf, readNodes } from "./nodes.ts";
import { Scope } from "./scope.ts";
import { type Variables, variableScope } from "./variables.ts";

export interface ArchitectureContext {
  variables: Variables;
  /** The problem, where one is known: constraints of v0.4 refer to its dimensions and data spaces. */
  workload: Workload | null;
  /** The same as written: expressions may ask for `spec.problem.instance`. */
  problem?: YamlNode;
  /** Lists of constraints outside the architecture (`constraints: {targets: […]}`); they are attached to what they name. */
  targets?: readonly YamlNode[];
}

/** True for an architecture written as v0.4 nodes. */
export function isArchitectureV04(node: YamlNode): boolean {
  return child(node, "nodes") !== undefined;
}

/**
 * Reads `architecture: {nodes: […]}` as Timeloop's front end hands it on (`timeloopfe/v4`, `v4_to_v3.py`): every
 * fan-out becomes a storage level `inter_<name>_spatial` above it, containers lend their attributes, defaults
 * are explicit and constraints are targets. Several architectures are one, their nodes in order.
 */
export function readArchitectureV04(
  nodes: readonly YamlNode[],
  context: ArchitectureContext,
): Reading<ArchitectureSource> {
  const problems: Problem[] = [];
  const location = nodes[0]?.location ?? { uri: "", start: 0, end: 0 };
  const names = new Scope(variableScope(context.variables));
  names.set("spec", { problem: specProblem(context.problem) });
  const scope = new Scope(names);
  const top: Branch = { node: "branch", parallel: false, children: [], location };
  for (const node of nodes) {
    if (node.kind === "map") {
      checkKeys(node, ["version", "nodes", "name"], "an architecture with nodes", problems);
      checkVersion(child(node, "version"), problems);
    }
    top.children.push(...readNodes(child(node, "nodes"), scope, names, problems));
  }
  const leaves = leavesOf(top);
  checkLeaves(top, leaves, location, problems);
  const drafts = resolveConstraints(top, leaves, context, names, problems);
  const { components, constraints } = new Flattener(leaves, context.workload, drafts, problems);
  const cycle = context.variables.get("global_cycle_seconds")?.value;
  return {
    value: {
      version: "0.4",
      name: leaves[0]?.kind === "container" ? leaves[0].name.value : "architecture",
      components,
      constraints,
      globalCycleSeconds: typeof cycle === "number" && cycle > 0 ? cycle : null,
      location,
    },
    problems,
  };
}

/** The front end adds `densities` to every instance, so `len(spec.problem.instance)` counts it. */
function specProblem(node: YamlNode | undefined): AttributeValue {
  const problem = node === undefined ? {} : plain(node);
  if (typeof problem !== "object" || problem === null || Array.isArray(problem)) return {};
  const { instance } = problem;
  if (typeof instance !== "object" || instance === null || Array.isArray(instance)) return problem;
  return { ...problem, instance: { densities: {}, ...instance } };
}

function checkVersion(node: YamlNode | undefined, problems: Problem[]): void {
  if (node === undefined || (node.kind === "scalar" && node.text === "0.4")) return;
  const written = node.kind === "scalar" ? `“${node.text}”` : "this";
  problems.push({
    code: "version",
    severity: "warning",
    message: `An architecture with nodes has version 0.4; ${written} is read as if it were.`,
    location: node.location,
    fixes: [{ title: "Write 0.4", edits: [{ location: node.location, newText: "0.4" }], safe: false }],
  });
}

function checkLeaves(top: Branch, leaves: readonly Leaf[], location: Location, problems: Problem[]): void {
  const seen = new Map<string, Located<string>>();
  for (const { name, kind } of leaves) {
    const first = seen.get(name.value);
    if (first === undefined || kind === "nothing") {
      seen.set(name.value, name);
      continue;
    }
    problems.push({
      code: "duplicate-name",
      severity: "error",
      message: `Two nodes are called ${name.value}; targets and energies could mean either.`,
      location: name.location,
      related: [{ message: "The first one", location: first.location }],
    });
  }
  checkPeers(top, problems);
  const last = leaves.filter(({ kind }) => kind !== "container" && kind !== "nothing").at(-1);
  if (last?.kind === "compute") return;
  problems.push({
    code: "no-compute",
    severity: "error",
    message:
      last === undefined
        ? "The architecture has no components."
        : `The last node must compute (a class with “mac” or “compute” in it), but ${last.name.value} is of class ${last.class.value}.`,
    location: last?.name.location ?? { ...location, end: location.start },
  });
}

/** Fan-outs directly under `!Parallel` are refused by the front end. */
function checkPeers(branch: Branch, problems: Problem[]): void {
  for (const node of branch.children) {
    if (node.node === "branch") checkPeers(node, problems);
    else if (branch.parallel && (node.kind === "container" || node.meshX * node.meshY !== 1)) {
      problems.push({
        code: "parallel-fanout",
        severity: "error",
        message: `${node.name.value} stands directly under !Parallel and may be no container and have no fan-out. Put it above the !Parallel node.`,
        location: node.name.location,
      });
    }
  }
}

/** Leaves in order to levels: the state is the mesh and the attributes reached so far. */
class Flattener {
  readonly components: ComponentSource[] = [];
  readonly constraints: ConstraintSource[] = [];
  private meshX = 1;
  private meshY = 1;
  private readonly inherited: Attributes = new Map();
  private readonly top: string;
  private gate: string | null = null;
  private gateNext = false;

  constructor(
    leaves: readonly Leaf[],
    private readonly workload: Workload | null,
    private readonly drafts: ReadonlyMap<Leaf, Drafts>,
    private readonly problems: Problem[],
  ) {
    const first = leaves.find(({ kind }) => kind !== "nothing");
    this.top = first?.kind === "container" ? `${first.name.value}_top_level` : "top_level";
    for (const leaf of leaves) if (leaf.kind !== "nothing") this.add(leaf);
  }

  private add(leaf: Leaf): void {
    const drafts = this.drafts.get(leaf) ?? new Map();
    const gated = leaf.attributes.get("has_power_gating")?.value === true;
    if (leaf.kind === "container") for (const [name, value] of leaf.attributes) this.inherited.set(name, value);
    if (leaf.meshX * leaf.meshY !== 1) this.addFanout(leaf, drafts, gated);
    else if (leaf.kind === "container") this.reportUnused(leaf, drafts, ["spatial"]);
    if (leaf.kind === "container") {
      this.reportUnused(leaf, drafts, ["temporal", "dataspace"]);
      return;
    }
    const attributes: Attributes = new Map(leaf.attributes);
    if (leaf.kind === "storage") addStorageDefaults(attributes, leaf.name.location);
    this.place({ ...leaf, kind: leaf.kind as ComponentSource["kind"], attributes, generated: false }, gated);
    for (const [type, draft] of drafts) {
      const moved = type === "spatial" && leaf.meshX * leaf.meshY !== 1;
      if (!moved && !isEmpty(draft)) this.constraints.push(draft.directive);
    }
  }

  /** The level that stands for a fan-out, then the larger mesh. It keeps nothing and loops over nothing in time. */
  private addFanout(leaf: Leaf, drafts: Drafts, gated: boolean): void {
    const name = { value: `inter_${leaf.name.value}_spatial`, location: leaf.name.location };
    const location = leaf.spatialLocation;
    const generated = {
      name,
      class: { value: "dummy_storage", location },
      kind: "storage" as const,
      attributes: dummyStorageAttributes(location),
      location: leaf.location,
      generated: true,
      container: leaf.name.value,
    };
    this.place(generated, gated);
    const spatial = drafts.get("spatial");
    if (spatial !== undefined && !isEmpty(spatial)) this.constraints.push({ ...spatial.directive, target: name });
    if (this.workload !== null) {
      const dimensions = this.workload.dimensions.map((dimension) => dimension.name);
      const spaces = this.workload.dataSpaces.map((space) => ({ value: space.name, location }));
      this.constraints.push({
        ...emptyDraft(name, "temporal", location).directive,
        factors: dimensions.map((dimension) => impliedFactor(dimension, 1, location)),
        permutation: dimensions.map((value) => ({ value, location })),
      });
      this.constraints.push({ ...emptyDraft(name, "dataspace", location).directive, bypass: spaces });
    }
    this.meshX *= leaf.meshX;
    this.meshY *= leaf.meshY;
  }

  private place(
    part: Pick<ComponentSource, "name" | "class" | "kind" | "location" | "generated" | "container"> & {
      attributes: Attributes;
    },
    gated: boolean,
  ): void {
    const { name, kind, attributes } = part;
    const instances = this.meshX * this.meshY;
    addMissing(attributes, this.inherited);
    const here = part.generated ? part.class.location : name.location;
    attributes.set("meshX", { value: this.meshX, location: here });
    attributes.set("meshY", { value: this.meshY, location: here });
    if (kind !== "network") {
      if (this.gateNext) this.gate = name.value;
      this.gateNext = gated;
    }
    if (this.gate !== null) addMissing(attributes, [["power_gated_at", { value: this.gate, location: here }]]);
    const range = kind === "network" ? "" : `[1..${instances}]`;
    this.components.push({
      name,
      path: `${this.top}.${name.value}${range}`,
      class: part.class,
      kind,
      instances,
      meshX: this.meshX,
      meshY: this.meshY,
      attributes,
      location: part.location,
      generated: part.generated,
      ...(part.container === undefined ? {} : { container: part.container }),
    });
  }

  /** Constraints that the front end drops. */
  private reportUnused(leaf: Leaf, drafts: Drafts, types: readonly ("spatial" | "temporal" | "dataspace")[]): void {
    for (const type of types) {
      const written = drafts.get(type)?.directive;
      if (written === undefined || written.location.start === leaf.name.location.start) continue;
      const why = type === "spatial" ? "has no fan-out" : "is a container and stores nothing";
      this.problems.push({
        code: "unused-constraint",
        severity: "warning",
        message: `${leaf.name.value} ${why}, so its ${type} constraint changes nothing.`,
        location: written.type?.location ?? written.location,
      });
    }
  }
}
