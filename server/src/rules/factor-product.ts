import type { Problem, SourceEdit } from "../syntax/source.ts";
import {
  headOf,
  levelName,
  type Subject,
  type ViolationOf,
  violationsOf,
  type WrittenFactor,
  writtenFactors,
} from "./subject.ts";

/** `factor-product`: for every dimension the factors must multiply to the bound of the layer. */
export function factorProduct(subject: Subject): Problem[] {
  const impossible = new Set(violationsOf(subject, "residual").map(({ dimension }) => dimension));
  return violationsOf(subject, "factor-product")
    .filter(({ dimension }) => !impossible.has(dimension))
    .map((violation) => describe(subject, violation));
}

function describe(subject: Subject, violation: ViolationOf<"factor-product">): Problem {
  const { dimension, product, bound } = violation;
  const { name } = subject.layer.workload.dimensions[dimension];
  const factors = writtenFactors(subject, dimension);
  const cures = factors.flatMap((factor) => cure(subject, factor, violation));
  const cured = cures.sort((a, b) => a.change - b.change)[0];
  const imperfect = factors.find(({ source }) => source.residual !== null);
  const listedFactors = factors
    .filter(({ source }) => source.end.value !== 1)
    .map(
      ({ level, spatial, source }) => `${levelName(subject, level)}${spatial ? " in space" : ""} ${written(source)}`,
    );
  const sum = listedFactors.length > 1 ? ` (${listedFactors.join(" × ")})` : "";
  const advice =
    cured !== undefined
      ? `; use ${cured.factor} instead of ${cured.written} here`
      : factors.length === 0
        ? `; no directive has a factor for ${name}`
        : "; no single factor can be changed to a whole number that fits";
  const bounds = subject.layer.boundLocations.get(name);
  const appended = factors.length === 0 && product === 1 ? appendFix(subject, name, bound) : [];
  return {
    code: "factor-product",
    severity: "error",
    message: `${name}: factors multiply to ${product}${sum}, the layer has ${bound}${advice}.`,
    location: (cured ?? imperfect?.source ?? factors[0]?.source)?.location ?? outermostPlace(subject),
    related: bounds === undefined ? [] : [{ message: `${name} is ${bound} in the problem`, location: bounds }],
    fixes: [...cures.slice(0, 3).map(({ title, edit }) => ({ title, edits: [edit], safe: false })), ...appended],
  };
}

function written(source: WrittenFactor["source"]): string {
  return source.residual === null ? `${source.end.value}` : `${source.end.value},${source.residual.value}`;
}

interface Cure {
  factor: number;
  written: number;
  change: number;
  title: string;
  edit: SourceEdit;
  location: Problem["location"];
}

/** The factor that, alone changed, makes the product right; only where nothing is imperfect. */
function cure(subject: Subject, at: WrittenFactor, violation: ViolationOf<"factor-product">): Cure[] {
  const { end, residual } = at.source;
  const { dimension, product, bound } = violation;
  const perfect = subject.lowered.mapping.levels.every((level) =>
    [...level.temporal, ...level.spatialX, ...level.spatialY].every(
      (loop) => loop.dimension !== dimension || loop.factor === loop.residual,
    ),
  );
  const inForce = end.value === 0 ? bound : end.value;
  if (!perfect || residual !== null || product % inForce !== 0) return [];
  const others = product / inForce;
  if (bound < 1 || bound % others !== 0) return [];
  const factor = bound / others;
  const { name } = subject.layer.workload.dimensions[dimension];
  return [
    {
      factor,
      written: end.value,
      change: Math.abs(Math.log(factor / inForce)),
      title: `Write ${name}=${factor} at ${levelName(subject, at.level)}${at.spatial ? " (spatial)" : ""}`,
      edit: { location: end.location, newText: String(factor) },
      location: at.source.location,
    },
  ];
}

function outermostPlace(subject: Subject): Problem["location"] {
  const directive = [...subject.lowered.places].reverse().find((place) => place.temporal)?.temporal;
  return directive?.factorsLocation ?? directive?.target?.location ?? headOf(subject.mappingSource.location);
}

/** A dimension no directive names: add it where the outermost loops are. */
function appendFix(subject: Subject, name: string, bound: number) {
  const last = [...subject.lowered.places]
    .reverse()
    .find((place) => place.temporal?.factors.length)
    ?.temporal?.factors.at(-1);
  if (last === undefined || bound < 1) return [];
  const location = { ...last.location, start: last.location.end };
  return [{ title: `Add ${name}=${bound}`, edits: [{ location, newText: ` ${name}=${bound}` }], safe: false }];
}
