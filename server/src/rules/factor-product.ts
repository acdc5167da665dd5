import type { Fix, Problem, SourceEdit } from "../syntax/source.ts";
import { type Cure, curesOf } from "./factor-cures.ts";
import { lostFactors, productWithLost } from "./lost-factors.ts";
import { appended } from "./moves.ts";
import { repeatedLetters } from "./repeated-letters.ts";
import {
  headOf,
  levelName,
  type Subject,
  type ViolationOf,
  violationsOf,
  type WrittenFactor,
  writtenFactors,
} from "./subject.ts";
import { withComma } from "./text-edits.ts";

/** `factor-product`: for every dimension the factors must multiply to the bound of the layer. */
export function factorProduct(subject: Subject): Problem[] {
  const impossible = new Set(violationsOf(subject, "residual").map(({ dimension }) => dimension));
  const wrong = violationsOf(subject, "factor-product").filter(({ dimension }) => !impossible.has(dimension));
  const { directives } = subject.mappingSource;
  if (wrong.length > 1 && directives.every(({ factors }) => factors.length === 0)) return [nothingMapped(subject)];
  const { problems, explained } = repeatedLetters(subject, wrong);
  const lost = lostFactors(subject);
  const others = wrong.flatMap((one): Problem[] => {
    const product = explained.has(one) ? null : productWithLost(subject, one, lost);
    return product === null ? [] : [describe(subject, one, product)];
  });
  return [...problems, ...others];
}

/** A mapping without a factor is one mistake, not one for every dimension. */
function nothingMapped(subject: Subject): Problem {
  const { layer, architecture, mappingSource } = subject;
  const factors = layer.workload.dimensions.map(({ name, bound }) => `${name}=${bound}`).join(" ");
  const top = architecture.storage[architecture.storage.length - 1].name;
  const { location } = mappingSource;
  const empty = mappingSource.directives.length === 0 && location.end - location.start === 2;
  const directive = `\n- {target: ${top}, type: temporal, factors: ${factors}}`;
  return {
    code: "factor-product",
    severity: "error",
    message: `The mapping has no factors. For each dimension they must multiply to its bound: ${factors}. To begin with, all may stand at ${top}.`,
    location: headOf(location),
    fixes: empty ? [{ title: `Run all loops at ${top}`, edits: [{ location, newText: directive }], safe: false }] : [],
  };
}

/** @param withLost the product with factors that count nowhere yet: with them no cure can be told */
function describe(subject: Subject, violation: ViolationOf<"factor-product">, withLost: number): Problem {
  const { dimension, product, bound } = violation;
  const { name } = subject.layer.workload.dimensions[dimension];
  const factors = writtenFactors(subject, dimension);
  const lost = withLost !== product;
  const cures = lost ? [] : curesOf(subject, factors, violation);
  const [cured] = cures;
  const listedFactors = factors
    .filter(({ source }) => source.end.value !== 1)
    .map(
      ({ level, spatial, source }) => `${levelName(subject, level)}${spatial ? " in space" : ""} ${written(source)}`,
    );
  const sum = listedFactors.length > 1 ? ` (${listedFactors.join(" × ")})` : "";
  const bounds = subject.layer.boundLocations.get(name);
  const imperfect = factors.find(({ source }) => source.residual !== null);
  const addition = lost || imperfect || cured ? null : additionOf(subject, violation);
  const rest = lost
    ? ` and, with those of directives that name no level, to ${withLost}; the layer has ${bound}`
    : `, the layer has ${bound}; ${advice(factors, cured, addition)}`;
  return {
    code: "factor-product",
    severity: "error",
    message: `${name}: factors multiply to ${product}${sum}${rest}.`,
    location: (cured?.at.source ?? imperfect?.source ?? factors[0]?.source)?.location ?? outermostPlace(subject),
    related: bounds === undefined ? [] : [{ message: `${name} is ${bound} in the problem`, location: bounds }],
    fixes: [
      ...cures.slice(0, 3).map((cure) => fixOf(subject, name, cure)),
      ...(addition === null
        ? []
        : [{ title: `Add ${addition.factor} at ${addition.level}`, edits: [addition.edit], safe: false }]),
    ],
  };
}

function advice(factors: readonly WrittenFactor[], cured: Cure | undefined, addition: Addition | null): string {
  if (cured !== undefined) return `use ${cured.text} instead of ${written(cured.at.source)} here`;
  if (addition !== null) return `add ${addition.factor} at ${addition.level}`;
  return factors.length === 0
    ? "no directive has a factor for it"
    : "no single factor can be changed to a whole number that fits";
}

function written(source: WrittenFactor["source"]): string {
  return source.residual === null ? `${source.end.value}` : `${source.end.value},${source.residual.value}`;
}

function fixOf(subject: Subject, name: string, { at, text }: Cure): Fix {
  const { end, residual } = at.source;
  const location = residual === null ? end.location : { ...end.location, end: residual.location.end };
  return {
    title: `Write ${name}=${text} at ${levelName(subject, at.level)}${at.spatial ? " (spatial)" : ""}`,
    edits: withComma(subject.files, location, text),
    safe: false,
  };
}

function outermostPlace(subject: Subject): Problem["location"] {
  const directive = [...subject.lowered.places].reverse().find((place) => place.temporal)?.temporal;
  return directive?.factorsLocation ?? directive?.target?.location ?? headOf(subject.mappingSource.location);
}

interface Addition {
  factor: string;
  level: string;
  edit: SourceEdit;
}

/** What is missing, as a loop in time of the outermost level that has loops, but none of this dimension. */
function additionOf(subject: Subject, { dimension, product, bound }: ViolationOf<"factor-product">): Addition | null {
  const { name } = subject.layer.workload.dimensions[dimension];
  const free = subject.lowered.places.findLastIndex(
    ({ temporal }) => temporal?.factors.length && temporal.factors.every((factor) => factor.dimension.value !== name),
  );
  if (free < 0 || bound < 1 || bound % product !== 0) return null;
  const factor = `${name}=${bound / product}`;
  const edit = appended(subject, free, [factor]);
  return edit && { factor, level: levelName(subject, free), edit };
}
