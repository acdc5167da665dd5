import type { Architecture } from "../../engine/model/types.ts";
import type { Located } from "../../syntax/source.ts";
import { type Comment, commentsIn } from "../comments.ts";
import { nameAndRange } from "../component-classes.ts";
import { quotedWord } from "../formats/mapping-yaml.ts";
import type { ArchitectureSource, AttributeValue, ComponentSource } from "../types.ts";

/** An architecture as nodes of v0.4, or why it has no such form. */
export type Written =
  | {
      text: string;
      /** What the containers of the old form lent, as variables. */
      variables: ReadonlyMap<string, string>;
      /** The node that has the fan-out below each storage level, by the level's name. */
      fanoutOf: ReadonlyMap<string, string>;
    }
  | { reason: string };

/** Attributes that the tree of nodes says in another way. */
const ofTree = new Set(["instances", "meshX", "meshY"]);
/** What a container of the old form lends to energy estimators; in v0.4 these are variables. */
const globals = ["technology", "global_cycle_seconds"];
const widths: ReadonlySet<string> = new Set(["network_word_bits", "tile_width"]);
const networkAttributes = `network_type network_word_bits network_fill_latency network_drain_latency router_energy
  wire_energy energy_per_hop tile_width ingress_energy`.split(/\s+/);

interface Context {
  source: ArchitectureSource;
  architecture: Architecture;
  /** Names that stand for a value where a number is wanted. */
  variables: ReadonlySet<string>;
  /** The text the architecture stands in, and from where to where. */
  text: string;
  start: number;
  end: number;
  /** Attributes of the containers around the components. */
  containers: ReadonlyMap<string, Located<AttributeValue>>;
}

/** Writes `version: 0.4` and `nodes:`; every fan-out becomes the `spatial` of a container or component. */
export function writeArchitectureV04(context: Context): Written {
  const { source, architecture, containers } = context;
  const reason = withoutEquivalent(context);
  if (reason !== null) return { reason };
  const open = new Set<string>();
  const names = new Set(source.components.map(({ name }) => name.value));
  const fanoutOf = new Map<string, string>();
  const comments = commentsIn(context.text, context.start, context.end);
  const lines: string[] = [];
  let mesh = { x: 1, y: 1 };
  let above: string | null = null;
  for (const component of source.components) {
    const level = meshOf(architecture, component);
    const ratio = { x: level.meshX / mesh.x, y: level.meshY / mesh.y };
    if (!Number.isInteger(ratio.x) || !Number.isInteger(ratio.y)) {
      return {
        reason: `${component.name.value} has a mesh of ${level.meshX} × ${level.meshY}, which is no multiple of the ${mesh.x} × ${mesh.y} above it`,
      };
    }
    const wide = ratio.x * ratio.y > 1;
    if (wide && above === null) {
      return { reason: `the outermost level, ${component.name.value}, has more than one instance` };
    }
    let spatial = wide ? `{meshX: ${ratio.x}, meshY: ${ratio.y}}` : null;
    const own = comments.filter(({ start }) => start < component.location.start);
    lines.push(...take(comments, own).map(({ text }) => `  ${text}`));
    for (const written of pathParts(component.path).slice(0, -1)) {
      const { name } = nameAndRange(written);
      if (name === "" || open.has(written) || names.has(name)) continue;
      open.add(written);
      names.add(name);
      lines.push("  - !Container", `    name: ${word(name)}`);
      if (spatial !== null && written.includes("[")) {
        lines.push(`    spatial: ${spatial}`);
        if (above !== null) fanoutOf.set(above, name);
        spatial = null;
      }
    }
    if (spatial !== null && above !== null) fanoutOf.set(above, component.name.value);
    lines.push(...componentLines(component, spatial, comments, context));
    mesh = { x: level.meshX, y: level.meshY };
    above = component.name.value;
  }
  lines.push(...take(comments, comments).map(({ text }) => `  ${text}`));
  const technology = containers.get("technology")?.value;
  const given: [string, AttributeValue | undefined][] = [
    ["technology", technology],
    ["global_cycle_seconds", source.globalCycleSeconds ?? undefined],
  ];
  const variables = new Map(given.flatMap(([key, value]) => (value === undefined ? [] : [[key, scalar(value)]])));
  return { text: `\n  version: 0.4\n  nodes:\n${lines.join("\n")}`, variables, fanoutOf };
}

/** `System.PE[0..7].Registers`: ranges hold dots of their own. */
function pathParts(path: string): string[] {
  return path.match(/(?:[^.[]|\[[^\]]*\]?)+/g) ?? [];
}

function meshOf({ storage, compute }: Architecture, { kind, name }: ComponentSource) {
  return kind === "compute" ? compute : (storage.find((level) => level.name === name.value) ?? compute);
}

function withoutEquivalent({ source, architecture, containers, text }: Context): string | null {
  const section = text.slice(source.location.start, source.location.end);
  if (/(^|[\s[{,:])[&*][A-Za-z_]\w*/.test(section)) return "the architecture uses YAML anchors";
  if (architecture.networks.length > 0) {
    return `v0.4 has no form for a network between levels, such as ${architecture.networks[0].name}`;
  }
  for (const component of source.components) {
    const { name, attributes } = component;
    const inner = architecture.storage.findIndex((level) => level.name === name.value) - 1;
    const own = architecture.storage[inner + 1];
    const child = inner < 0 ? architecture.compute : architecture.storage[inner];
    const hyphenated = [...attributes.keys()].find((key) => key.includes("-"));
    if (hyphenated !== undefined) return `${hyphenated} of ${name.value} has no effect now, and would have one in v0.4`;
    // Widths say nothing where the wires take no energy.
    const free = own !== undefined && own.inferredNetwork.wireEnergyPj === 0;
    const network = networkAttributes.find((key) => attributes.has(key) && !(free && widths.has(key)));
    if (component.kind === "storage" && network !== undefined && child.instances > own.instances) {
      return `${network} of ${name.value} is about the network below it, which in v0.4 belongs to a level of its own`;
    }
    if (attributes.get("has_power_gating")?.value === true) {
      return `has_power_gating of ${name.value} would switch power gating on`;
    }
  }
  const lent = [...containers.keys()].find((key) => !globals.includes(key) && !ofTree.has(key));
  return lent === undefined ? null : `containers lend ${lent} to what they hold in v0.4, and not before`;
}

/** Takes the chosen comments out of those that are left to be written. */
function take(comments: Comment[], chosen: readonly Comment[]): Comment[] {
  const taken = chosen.filter((comment) => comments.includes(comment));
  for (const comment of taken) comments.splice(comments.indexOf(comment), 1);
  return taken;
}

function componentLines(
  component: ComponentSource,
  spatial: string | null,
  comments: Comment[],
  context: Context,
): string[] {
  const { name, location, attributes } = component;
  const { text, architecture } = context;
  const lineEnd = text.indexOf("\n", Math.max(location.start, location.end - 1));
  const inside = comments.filter(
    ({ start }) => start >= location.start && start <= (lineEnd < 0 ? text.length : lineEnd),
  );
  const beside = (at: number) => {
    const end = text.indexOf("\n", at);
    return take(
      comments,
      inside.filter((comment) => !comment.alone && comment.start >= at && comment.end <= (end < 0 ? text.length : end)),
    )
      .map((comment) => `  ${comment.text}`)
      .join("");
  };
  const lines = [
    "  - !Component",
    `    name: ${word(name.value)}`,
    `    class: ${word(classOf(component, architecture))}`,
    ...(spatial === null ? [] : [`    spatial: ${spatial}`]),
  ];
  const written = new Map<string, { value: string; at: number | null }>();
  for (const [key, { value, location: at }] of attributes) {
    if (!ofTree.has(key)) written.set(key, { value: raw(value, context), at: at.end });
  }
  for (const [key, value] of explicit(component, context)) written.set(key, { value, at: null });
  const compact = inside.length === 0 && [...written.values()].every(({ value }) => value.length < 40);
  if (compact) {
    const all = [...written].map(([key, { value }]) => `${key}: ${value}`);
    if (all.length > 0) lines.push(`    attributes: {${all.join(", ")}}`);
    return lines;
  }
  lines[1] += beside(name.location.end);
  const body: string[] = [];
  for (const [key, { value, at }] of written) {
    const before = at === null ? [] : inside.filter((comment) => comment.alone && comment.end < at);
    body.push(...take(comments, before).map((comment) => `      ${comment.text}`));
    body.push(`      ${key}: ${value}${at === null ? "" : beside(at)}`);
  }
  body.push(...take(comments, inside).map((comment) => `      ${comment.text}`));
  return [...lines, ...(written.size > 0 ? ["    attributes:"] : []), ...body];
}

function classOf({ kind, name, class: written }: ComponentSource, { storage, compute }: Architecture): string {
  if (written.value !== "") return written.value;
  return kind === "compute" ? compute.class : (storage.find((level) => level.name === name.value)?.class ?? "SRAM");
}

/** What the front end of v0.4 would fill in otherwise than Timeloop before it. */
function explicit(component: ComponentSource, { architecture }: Context): [string, string][] {
  const level = architecture.storage.find(({ name }) => name === component.name.value);
  if (component.kind !== "storage" || level === undefined) return [];
  const { attributes } = component;
  const given: [string, string][] = [];
  if (level.clusterSize !== 1 && !attributes.has("cluster_size")) {
    given.push(["cluster_size", String(level.clusterSize)]);
  }
  if (!level.reductionSupported && !attributes.has("reduction_supported")) {
    given.push(["reduction_supported", "false"]);
  }
  return given;
}

/** A value that arithmetic leaves as it is. */
function raw(value: AttributeValue, { variables }: Context): string {
  if (typeof value === "string" && variables.has(value)) return value;
  return scalar(value);
}

function scalar(value: AttributeValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(scalar).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${scalar(key)}: ${scalar(inner)}`)
      .join(", ")}}`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** A name or class, which is never arithmetic. */
function word(text: string): string {
  return /^[A-Za-z_][\w.]*$/.test(text) && quotedWord(text) === text ? text : JSON.stringify(text);
}
