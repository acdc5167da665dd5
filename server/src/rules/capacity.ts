import { effectiveWords } from "../engine/model/validity.ts";
import { listed } from "../spec/nearest.ts";
import type { Fix, Problem } from "../syntax/source.ts";
import { keptWords } from "../workspace/tile-extents.ts";
import { movesThatFill, movesThatFit } from "./fitting.ts";
import { type Move, moveFix } from "./moves.ts";
import { attributePlace, componentOf, levelName, mappingPlace, type Subject, shown, violationsOf } from "./subject.ts";

const capacityKeys = ["entries", "depth", "memory_depth", "sizeKB", "size", "memory_size"];

/** `capacity` and `min-utilization`: the tiles of the kept data spaces must fit, and fill what the buffer asks for. */
export function capacity(subject: Subject): Problem[] {
  return [...tooLarge(subject), ...tooSmall(subject)];
}

function tooLarge(subject: Subject): Problem[] {
  return violationsOf(subject, "capacity").map((violation) => {
    const { level, neededWords, effectiveWords, perDataSpace } = violation;
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
    const moves = movesThatFit(subject, level);
    const advice = [
      moves.length > 0
        ? `${whatFits(subject, moves)} would fit; the rest would run at ${levelName(subject, moves[0].to)}.`
        : noMoveHelps(subject, level),
      ...(bypassHelps ? [`It would also fit if ${largest.name} were bypassed here.`] : []),
      ...neededRoom(subject, level, neededWords),
    ].join(" ");
    const place = attributePlace(component, capacityKeys);
    return {
      code: "capacity",
      severity: "error",
      message: `${storage.name} must hold tiles of ${shown(neededWords)} words (${listed(tiles.map((t) => `${t.name} ${shown(t.words)}`))}), it has room for ${shown(effectiveWords)}${share}. ${advice}`,
      location: mappingPlace(subject, level, "temporal"),
      related:
        place === undefined
          ? []
          : [{ message: `${storage.name} has room for ${shown(effectiveWords)}`, location: place }],
      fixes: moveFix(subject, moves, violation),
    };
  });
}

/** The depth or entries that would hold the tiles, where the architecture says its size so. */
function neededRoom(subject: Subject, level: number, neededWords: number): string[] {
  const { capacityWords, multipleBuffering } = subject.architecture.storage[level];
  const attributes = componentOf(subject, level)?.attributes;
  const key = ["entries", "depth", "memory_depth"].find((name) => typeof attributes?.get(name)?.value === "number");
  if (key === undefined || capacityWords === null) return [];
  const now = Number(attributes?.get(key)?.value);
  const needed = Math.ceil((neededWords * multipleBuffering * now) / capacityWords);
  return [`${key}: ${shown(needed)} (now ${shown(now)}) would hold them.`];
}

function tooSmall(subject: Subject): Problem[] {
  return violationsOf(subject, "min-utilization").map((violation) => {
    const { level, usedWords, neededWords } = violation;
    const place = attributePlace(componentOf(subject, level), ["min_utilization"]);
    const name = levelName(subject, level);
    const moves = movesThatFill(subject, level, neededWords);
    const { layer, lowered } = subject;
    const bounds = layer.workload.dimensions.map(({ bound }) => bound);
    const all = keptWords(layer.workload, lowered.mapping, level, bounds);
    const shares = moves.map(
      ({ dimension, share, from }) =>
        `${layer.workload.dimensions[dimension].name}=${share} from ${levelName(subject, from)}`,
    );
    const advice =
      moves.length > 0
        ? `Moving ${listed(shares)} to ${name} would do.`
        : all < neededWords
          ? `The whole layer has ${shown(all)}: ask for less.`
          : `No whole factors moved to ${name} alone would do: move loops inwards below it too, or ask for less.`;
    return {
      code: "min-utilization",
      severity: "error",
      message: `${name} must be filled with at least ${shown(neededWords)} words, the tiles have ${shown(usedWords)}. ${advice}`,
      location: mappingPlace(subject, level, "temporal"),
      related: place === undefined ? [] : [{ message: "The least utilisation", location: place }],
      fixes: [...moveFix(subject, moves, violation), ...askForLess(subject, level, usedWords)],
    };
  });
}

/** Lets the attribute ask for no more than the tiles fill. */
function askForLess(subject: Subject, level: number, usedWords: number): Fix[] {
  const attribute = componentOf(subject, level)?.attributes.get("min_utilization");
  const room = effectiveWords(subject.architecture.storage[level]);
  if (typeof attribute?.value !== "number" || room === null) return [];
  const least = Math.floor((usedWords / room) * 100) / 100;
  const edits = [{ location: attribute.location, newText: String(least) }];
  return [{ title: `Write min_utilization: ${least}`, edits, safe: false }];
}

/** Why moving loops outwards is not enough: loops in space stay where they are. */
function noMoveHelps(subject: Subject, level: number): string {
  const { layer, lowered } = subject;
  const name = levelName(subject, level);
  if (level === lowered.mapping.levels.length - 1) return `There is no level outside ${name}: give it more room.`;
  const without = lowered.mapping.levels.map((own, l) => (l > level ? own : { ...own, temporal: [] }));
  const least = keptWords(layer.workload, { levels: without }, level);
  return `Even without the loops in time up to here the tiles take ${shown(least)} words: spread less below ${name}, keep less, or give it more room.`;
}

/** “P=4 (now 28) and C=2 (now 8) at Registers”: the factors after the moves. */
function whatFits(subject: Subject, moves: readonly Move[]): string {
  const { dimensions } = subject.layer.workload;
  const { levels } = subject.lowered.mapping;
  const places = [...new Set(moves.map(({ from }) => from))];
  const sentences = places.map((place) => {
    const factors = moves
      .filter(({ from }) => from === place)
      .map(({ dimension, share }) => {
        const now = levels[place].temporal.find((loop) => loop.dimension === dimension)?.factor ?? 1;
        return `${dimensions[dimension].name}=${now / share} (now ${now})`;
      });
    return `${listed(factors)} at ${levelName(subject, place)}`;
  });
  return listed(sentences);
}
