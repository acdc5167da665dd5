import type { Loop, Mapping, Workload } from "../../engine/model/types.ts";
import type { Location, Problem, SourceFile } from "../../syntax/source.ts";
import { listed } from "../nearest.ts";
import type { Reading } from "../types.ts";

const part = /L(\d+)\[([^\]]*)\]([^[\]]*?)(?=\s*-\s*L\d+\[|\s*$)/g;
const loopText = /([A-Za-z])(\d+)(?:;(\d+))?([XY])?/y;

/** True for texts like `L3[WIO] C8 Q7 K16 - L2[WI] N1 K4X - …`. */
export function looksCompact(text: string): boolean {
  return /^\s*L\d+\[[A-Za-z]*\]/.test(text);
}

/** The text with all but its compact mapping blank, which may be the value of `mapping:` in YAML; `null` without one. */
export function compactAlone(text: string): string | null {
  if (looksCompact(text)) return text;
  const found = /^(mapping:[ \t]+["']?)(L\d+\[[^\r\n"'#]*)/m.exec(text);
  if (found === null) return null;
  const start = found.index + found[1].length;
  const end = start + found[2].length;
  const blank = (part: string) => part.replace(/[^\r\n]/g, " ");
  return blank(text.slice(0, start)) + found[2] + blank(text.slice(end));
}

/**
 * Reads the one-line form of DOSA's data and of Timeloop's mapper (`mapping/nest.cpp`, `PrintCompact`): levels
 * outer to inner as `L<index>[initials of the data spaces kept]`, loops outer to inner, `X` and `Y` for spatial
 * ones, `;` before a residual.
 *
 * @param levels storage levels of the architecture
 */
export function parseCompact(file: SourceFile, levels: number, workload: Workload): Reading<Mapping> {
  const problems: Problem[] = [];
  const mapped = Array.from({ length: levels }, () => ({
    temporal: [] as Loop[],
    spatialX: [] as Loop[],
    spatialY: [] as Loop[],
    keep: workload.dataSpaces.map(() => false),
  }));
  const seen = new Set<number>();
  for (const match of file.text.matchAll(part)) {
    const location = { uri: file.uri, start: match.index, end: match.index + match[0].length };
    const index = Number(match[1]);
    if (index >= levels || seen.has(index)) {
      const why = seen.has(index)
        ? `L${index} stands twice.`
        : `The architecture has ${levels} storage levels, L0 to L${levels - 1}.`;
      problems.push({ code: "compact-level", severity: "error", message: why, location });
      continue;
    }
    seen.add(index);
    const level = mapped[index];
    for (const initial of match[2].trim()) {
      const space = workload.dataSpaces.findIndex(({ name }) => name[0].toUpperCase() === initial.toUpperCase());
      if (space >= 0) level.keep[space] = true;
      else {
        const known = listed(workload.dataSpaces.map(({ name }) => name));
        const message = `No data space begins with ${initial}; the problem has ${known}.`;
        problems.push({ code: "unknown-data-space", severity: "error", message, location });
      }
    }
    const start = match.index + match[0].length - match[3].length;
    for (const { loop, axis } of readLoops(match[3], { ...location, start }, workload, problems)) {
      const loops = axis === "X" ? level.spatialX : axis === "Y" ? level.spatialY : level.temporal;
      if (loop.factor !== 1) loops.unshift(loop);
    }
  }
  if (seen.size === 0) {
    const message = "A compact mapping looks like “L1[WIO] C8 K4 - L0[W] P2 K4X”.";
    const location = { uri: file.uri, start: 0, end: Math.min(1, file.text.length) };
    problems.push({ code: "compact-level", severity: "error", message, location });
  }
  return { value: { levels: mapped }, problems };
}

function readLoops(text: string, at: Location, workload: Workload, problems: Problem[]) {
  const loops: { loop: Loop; axis: string | undefined }[] = [];
  for (const word of text.matchAll(/\S+/g)) {
    const location = { uri: at.uri, start: at.start + word.index, end: at.start + word.index + word[0].length };
    loopText.lastIndex = 0;
    const match = loopText.exec(word[0]);
    if (match === null || match[0].length !== word[0].length) {
      const message = `“${word[0]}” is no loop; write a dimension, its trips and X or Y for spatial ones, like K4X.`;
      problems.push({ code: "compact-loop", severity: "error", message, location });
      continue;
    }
    const [, name, end, residual, axis] = match;
    const dimension = workload.dimensions.findIndex((d) => d.name === name);
    if (dimension < 0) {
      const known = listed(workload.dimensions.map((d) => d.name));
      const message = `The problem has no dimension ${name}; it has ${known}.`;
      problems.push({ code: "unknown-dimension", severity: "error", message, location });
      continue;
    }
    loops.push({ loop: { dimension, factor: Number(end), residual: Number(residual ?? end) }, axis });
  }
  return loops;
}

/** A mapping in one line. A level without temporal loops gets one of a single trip, as Timeloop writes it. */
export function printCompact(mapping: Mapping, workload: Workload): string {
  const { dimensions, dataSpaces } = workload;
  const words = (loops: readonly Loop[], suffix: string) =>
    [...loops]
      .reverse()
      .filter((loop) => loop.factor > 1)
      .map((loop) => {
        const residual = loop.residual === loop.factor ? "" : `;${loop.residual}`;
        return `${dimensions[loop.dimension].name}${loop.factor}${residual}${suffix}`;
      });
  return mapping.levels
    .map((level, index) => {
      const initials = dataSpaces.map(({ name }, space) => (level.keep[space] ? name[0] : "")).join("");
      const temporal = words(level.temporal, "");
      if (temporal.length === 0) temporal.push(`${dimensions[dimensions.length - 1].name}1`);
      return [`L${index}[${initials}]`, ...temporal, ...words(level.spatialY, "Y"), ...words(level.spatialX, "X")].join(
        " ",
      );
    })
    .reverse()
    .join(" - ");
}
