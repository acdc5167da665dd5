import { listed } from "../spec/nearest.ts";
import type { Problem } from "../syntax/source.ts";
import { moveFixes } from "./move-factor.ts";
import { attributePlace, componentOf, levelName, mappingPlace, type Subject, shown, violationsOf } from "./subject.ts";

const capacityKeys = ["entries", "depth", "memory_depth", "sizeKB", "size", "memory_size"];

/** `capacity` and `min-utilization`: the tiles of the kept data spaces must fit, and fill what the buffer asks for. */
export function capacity(subject: Subject): Problem[] {
  return [...tooLarge(subject), ...tooSmall(subject)];
}

function tooLarge(subject: Subject): Problem[] {
  return violationsOf(subject, "capacity").map(({ level, neededWords, effectiveWords, perDataSpace }) => {
    const storage = subject.architecture.storage[level];
    const component = componentOf(subject, level);
    const tiles = subject.layer.workload.dataSpaces
      .flatMap((space, i) => (perDataSpace[i] > 0 ? [{ name: space.name, words: perDataSpace[i] }] : []))
      .sort((a, b) => b.words - a.words);
    const share =
      storage.multipleBuffering === 1
        ? ""
        : ` (${shown(storage.capacityWords ?? 0)} words shared by ${shown(storage.multipleBuffering)} buffers)`;
    const largest = tiles[0];
    const bypassHelps = largest !== undefined && tiles.length > 1 && neededWords - largest.words <= effectiveWords;
    const advice = bypassHelps
      ? `Move loops to an outer level or bypass ${largest.name} here`
      : "Move loops to an outer level";
    const place = attributePlace(component, capacityKeys);
    return {
      code: "capacity",
      severity: "error",
      message: `${storage.name} must hold tiles of ${shown(neededWords)} words (${listed(tiles.map((t) => `${t.name} ${shown(t.words)}`))}), it has room for ${shown(effectiveWords)}${share}. ${advice}.`,
      location: mappingPlace(subject, level, "temporal"),
      related:
        place === undefined
          ? []
          : [{ message: `${storage.name} has room for ${shown(effectiveWords)}`, location: place }],
      fixes: moveFixes(subject, level, false),
    };
  });
}

function tooSmall(subject: Subject): Problem[] {
  return violationsOf(subject, "min-utilization").map(({ level, usedWords, neededWords }) => {
    const place = attributePlace(componentOf(subject, level), ["min_utilization"]);
    const name = levelName(subject, level);
    return {
      code: "min-utilization",
      severity: "error",
      message: `${name} must be filled with at least ${shown(neededWords)} words, the tiles have ${shown(usedWords)}. Move loops from an outer level to ${name} or below.`,
      location: mappingPlace(subject, level, "temporal"),
      related: place === undefined ? [] : [{ message: "The least utilisation", location: place }],
    };
  });
}
