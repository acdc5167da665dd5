import type { Architecture, Evaluation, Loop, Mapping, MappingLevel, Workload } from "../../engine/model/types.ts";
import type { Problem, SourceFile } from "../../syntax/source.ts";
import { didYouMean, listed, renameFixes } from "../nearest.ts";
import type { Reading } from "../types.ts";

/** Loops and kept data spaces of one level while they are read. */
interface OpenLevel {
  temporal: Loop[];
  spatialX: Loop[];
  spatialY: Loop[];
  keep: boolean[];
}

const header = /^\s*(.*?)\s*\[((?:\s|[^\s\]]+)*)\]\s*$/;
const loopLine = /^[\s|]*for\s+(\w+)\s+in\s+\[\s*0\s*:\s*(\d+)(?:\s*,\s*(\d+))?\s*\)\s*(?:\(Spatial-([XY])\))?\s*$/;

/** True for texts in the layout of Timeloop's `*.map.txt` (`mapping/nest.cpp`, `PrettyPrint`). */
export function looksLikeMapText(text: string): boolean {
  return /<<\s*Compute\s*>>/.test(text) && /^.*\[.*\]\s*$/m.test(text);
}

/**
 * Reads Timeloop's `*.map.txt`: levels outer to inner, each with the data spaces it keeps, then its loops outer to
 * inner. Reuse flags are not in such a file.
 */
export function parseMapText(file: SourceFile, architecture: Architecture, workload: Workload): Reading<Mapping> {
  const problems: Problem[] = [];
  const names = architecture.storage.map((level) => level.name);
  const levels = names.map((): OpenLevel => {
    return { temporal: [], spatialX: [], spatialY: [], keep: workload.dataSpaces.map(() => false) };
  });
  let current: OpenLevel | undefined;
  let offset = 0;
  for (const line of file.text.split("\n")) {
    const start = offset;
    offset += line.length + 1;
    const location = { uri: file.uri, start, end: start + line.trimEnd().length };
    const loop = loopLine.exec(line);
    if (loop !== null) {
      addLoop(loop, current, workload, location, problems);
      continue;
    }
    const level = header.exec(line);
    if (level === null) {
      if (!/^[\s|-]*(<<\s*Compute\s*>>)?\s*$/.test(line)) problems.push(unreadable(line, location));
      continue;
    }
    const index = names.indexOf(level[1]);
    if (index < 0) {
      problems.push({
        code: "unknown-target",
        severity: "error",
        message: `The architecture has no storage level named “${level[1]}”; it has ${listed([...names].reverse())}.`,
        location,
        fixes: renameFixes(level[1], names, { ...location, end: start + line.indexOf(level[1]) + level[1].length }),
      });
      current = undefined;
      continue;
    }
    current = levels[index];
    for (const word of level[2].matchAll(/([^\s:()]+)(?::\d+)?(?:\s*\(\d+\))?/g)) {
      const space = workload.dataSpaces.findIndex(({ name }) => name === word[1]);
      if (space >= 0) current.keep[space] = true;
      else problems.push(unknownSpace(word[1], workload, location));
    }
  }
  for (const level of levels) for (const loops of [level.temporal, level.spatialX, level.spatialY]) loops.reverse();
  return { value: { levels }, problems };
}

function addLoop(
  match: RegExpExecArray,
  level: OpenLevel | undefined,
  workload: Workload,
  location: Problem["location"],
  problems: Problem[],
): void {
  const [, name, end, residual, axis] = match;
  const dimension = workload.dimensions.findIndex((d) => d.name === name);
  if (dimension < 0) {
    const names = listed(workload.dimensions.map((d) => d.name));
    const message = `The problem has no dimension ${name}; it has ${names}.`;
    problems.push({ code: "unknown-dimension", severity: "error", message, location });
    return;
  }
  const loops = axis === "X" ? level?.spatialX : axis === "Y" ? level?.spatialY : level?.temporal;
  loops?.push({ dimension, factor: Number(end), residual: Number(residual ?? end) });
}

function unreadable(line: string, location: Problem["location"]): Problem {
  return {
    code: "map-text",
    severity: "warning",
    message: `“${line.trim().slice(0, 60)}” is neither a level nor a loop of a map.txt and is skipped.`,
    location,
  };
}

function unknownSpace(name: string, workload: Workload, location: Problem["location"]): Problem {
  const known = workload.dataSpaces.map((space) => space.name);
  const message = `The problem has no data space “${name}”; it has ${listed(known)}.${didYouMean(name, known)}`;
  return { code: "unknown-data-space", severity: "error", message, location };
}

/** A mapping in the layout of Timeloop's `*.map.txt`; tile sizes come from an evaluation of it. */
export function printMapText(
  mapping: Mapping,
  architecture: Architecture,
  workload: Workload,
  evaluation?: Evaluation,
): string {
  let text = "";
  let indent = "| ";
  let dashes = "";
  let gap = "";
  for (let i = mapping.levels.length - 1; i >= 0; i--) {
    const level = mapping.levels[i];
    const tiles = workload.dataSpaces.map(({ name }, space) => {
      if (!level.keep[space]) return "";
      const words = evaluation?.levels[i].dataSpaces[space].tileWords;
      return words === undefined ? `${name}  ` : `${name}:${words} (${words}) `;
    });
    const title = `${architecture.storage[i].name} [ ${tiles.join("")}] `;
    text += `${gap}${title}\n`;
    gap = "";
    dashes = `${"-".repeat(title.length - 1)}\n`;
    for (const [loop, suffix] of outerToInner(level)) {
      const trips = loop.factor === loop.residual ? `${loop.factor}` : `${loop.factor},${loop.residual}`;
      text += `${dashes}${indent}for ${workload.dimensions[loop.dimension].name} in [0:${trips})${suffix}\n`;
      dashes = "";
      indent += "  ";
      gap = "\n";
    }
  }
  return `${text}${dashes}${indent}<< Compute >>\n`;
}

function outerToInner(level: MappingLevel): [Loop, string][] {
  const marked = (loops: readonly Loop[], suffix: string) =>
    loops
      .filter((loop) => loop.factor > 1)
      .map((loop): [Loop, string] => [loop, suffix])
      .reverse();
  return [
    ...marked(level.temporal, ""),
    ...marked(level.spatialY, " (Spatial-Y)"),
    ...marked(level.spatialX, " (Spatial-X)"),
  ];
}
