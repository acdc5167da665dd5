import { type Fanout, fanouts, hasFanout } from "../../engine/model/fanout.ts";
import type { Architecture, Loop, Mapping, MappingLevel, Workload } from "../../engine/model/types.ts";

/** v0.3: texts, as the binary reads them. v0.4: lists. */
export type MappingStyle = "0.3" | "0.4";

/** The parts of a directive as they stand after its target and type. */
export interface DirectiveText {
  target: string;
  type: "temporal" | "spatial" | "datatype";
  /** Key and value, ready to be written in a flow map. */
  entries: readonly (readonly [key: string, value: string])[];
}

/**
 * Mapping YAML that reads back as the same mapping, residuals and flags included. Every level has its three kinds
 * of directive (spatial only where it has a fan-out), outer to inner.
 */
export function printMappingYaml(
  mapping: Mapping,
  architecture: Architecture,
  workload: Workload,
  style: MappingStyle = "0.3",
): string {
  const lines = mappingDirectives(mapping, architecture, workload, style).map(({ target, type, entries }) => {
    const rest = entries.map(([key, value]) => `, ${key}: ${value}`).join("");
    return `- {target: ${plain(target)}, type: ${type}${rest}}\n`;
  });
  return `mapping:\n${lines.join("")}`;
}

/** All directives of a mapping, outer to inner; data types last. */
export function mappingDirectives(
  mapping: Mapping,
  architecture: Architecture,
  workload: Workload,
  style: MappingStyle,
): DirectiveText[] {
  const fans = fanouts(architecture);
  const order = mapping.levels.map((_, level) => level).reverse();
  const loops = order.flatMap((level) =>
    loopDirectives(mapping.levels[level], level, fans[level], architecture, workload, style),
  );
  const dataTypes = order.map((level): DirectiveText => {
    const { keep, noCoalesce } = mapping.levels[level];
    const entries: [string, string][] = [
      ["keep", names(workload, keep)],
      [
        "bypass",
        names(
          workload,
          keep.map((kept) => !kept),
        ),
      ],
    ];
    addFlag(entries, "no_coalesce", noCoalesce, workload);
    return { target: architecture.storage[level].name, type: "datatype", entries };
  });
  return [...loops, ...dataTypes];
}

function loopDirectives(
  level: MappingLevel,
  index: number,
  fanout: Fanout,
  architecture: Architecture,
  workload: Workload,
  style: MappingStyle,
): DirectiveText[] {
  const target = architecture.storage[index].name;
  const temporal = loopEntries(level.temporal, workload, style);
  addFlag(temporal, style === "0.4" ? "no_reuse" : "no_temporal_reuse", level.noTemporalReuse, workload);
  addFlag(temporal, "rmw_first_update", level.rmwFirstUpdate, workload);
  const directives: DirectiveText[] = [{ target, type: "temporal", entries: temporal }];
  if (hasFanout(fanout) || level.spatialX.length + level.spatialY.length > 0) {
    const { order, split } = spatialOrder(level);
    const spatial = loopEntries(order, workload, style);
    spatial.push(["split", String(split)]);
    addFlag(spatial, "no_reuse", level.noSpatialReuse, workload);
    addFlag(spatial, "no_link_transfer", level.noLinkTransfer, workload);
    directives.push({ target, type: "spatial", entries: spatial });
  }
  return directives;
}

/**
 * One directive has one factor per dimension: a dimension spread along both axes cannot be written. Timeloop's
 * syntax has no form for it; the loops are merged along X (`spatialFits` tells beforehand).
 */
function spatialOrder(level: MappingLevel): { order: Loop[]; split: number } {
  const inX = level.spatialX.map((loop) => {
    const twin = level.spatialY.find((other) => other.dimension === loop.dimension);
    if (twin === undefined) return loop;
    return { ...loop, factor: loop.factor * twin.factor, residual: (twin.residual - 1) * loop.factor + loop.residual };
  });
  const inY = level.spatialY.filter((loop) => !inX.some((other) => other.dimension === loop.dimension));
  return { order: [...inX, ...inY], split: inX.length };
}

/** False where a dimension is spread along both axes of one level, which the mapping syntax cannot say. */
export function spatialFits(mapping: Mapping): boolean {
  return mapping.levels.every((level) =>
    level.spatialX.every((loop) => level.spatialY.every((other) => other.dimension !== loop.dimension)),
  );
}

function loopEntries(loops: readonly Loop[], workload: Workload, style: MappingStyle): [string, string][] {
  const { dimensions } = workload;
  const factor = (index: number) => {
    const loop = loops.find(({ dimension }) => dimension === index);
    const end = loop?.factor ?? 1;
    const residual = loop?.residual ?? end;
    return `${dimensions[index].name}=${end}${residual === end ? "" : `,${residual}`}`;
  };
  const factors = dimensions.map((_, index) => factor(index));
  const present = loops.map((loop) => loop.dimension);
  const order = [...present, ...dimensions.map((_, i) => i).filter((i) => !present.includes(i))];
  const letters = order.map((index) => dimensions[index].name);
  if (style === "0.4") {
    const listed = factors.map((text) => (text.includes(",") ? `"${text}"` : text)).join(", ");
    return [
      ["factors", `[${listed}]`],
      ["permutation", `[${letters.map(quotedWord).join(", ")}]`],
    ];
  }
  const text = factors.join(" ");
  return [
    ["factors", text.includes(",") ? `"${text}"` : text],
    ["permutation", quotedWord(letters.join(""))],
  ];
}

/** Letters that YAML would read as something else than text (`N`, `NO`, `Y`, `ON`) are quoted. */
export function quotedWord(text: string): string {
  return /^(y|n|yes|no|on|off|true|false|null|~)$/i.test(text) ? `"${text}"` : text;
}

/** A name as a YAML value inside a flow map. */
function plain(name: string): string {
  return /^[A-Za-z_][\w.]*$/.test(name) && quotedWord(name) === name ? name : JSON.stringify(name);
}

function names(workload: Workload, chosen: readonly boolean[]): string {
  return `[${workload.dataSpaces.flatMap(({ name }, i) => (chosen[i] ? [plain(name)] : [])).join(", ")}]`;
}

function addFlag(
  entries: [string, string][],
  key: string,
  flags: readonly boolean[] | undefined,
  workload: Workload,
): void {
  if (flags?.some(Boolean)) entries.push([key, names(workload, flags)]);
}
