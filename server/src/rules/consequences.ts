/** One mistake is told once: not again by the sums it spoils. What is left stands in the order of causes. */

import type { Specification } from "../spec/types.ts";
import type { Location, Problem } from "../syntax/source.ts";

/** Problems after which nobody knows which factors are missing, so that their product says nothing. */
const losesFactors: ReadonlySet<string> = new Set(["not-a-directive", "not-a-list"]);
const needsTiles: ReadonlySet<string> = new Set(["capacity", "min-utilization"]);

const inside = (inner: Location, outer: Location) =>
  inner.uri === outer.uri && outer.start <= inner.start && inner.end <= outer.end;

export function withoutConsequences(
  all: readonly Problem[],
  { architectureSource, mappingSource }: Specification,
): Problem[] {
  const errors = all.filter(({ severity }) => severity === "error");
  const inMapping = ({ location }: Problem) => mappingSource !== undefined && inside(location, mappingSource.location);
  // A mapping in one line has no directives that could tell what a wrong name loses.
  const namesLoseFactors = mappingSource?.directives.length === 0;
  const incomplete = errors.some(
    (problem) =>
      losesFactors.has(problem.code) ||
      (namesLoseFactors && problem.code === "unknown-dimension" && inMapping(problem)),
  );
  const places = new Set(mappingSource?.directives.map(({ factorsLocation }) => factorsLocation?.start));
  const misspelt = all.filter((problem) => problem.code === "unknown-key" && inMapping(problem));
  const meaning = (...keys: string[]) => misspelt.filter((problem) => keys.includes(meantBy(problem) ?? ""));
  const lost = [
    ...all.filter(({ code, location }) => code === "ignored-list" && places.has(location.start)),
    ...all.filter(
      (problem) => problem.code === "factor-ignored" && meantBy(problem) !== undefined && inMapping(problem),
    ),
    ...meaning("factors"),
  ];
  const wrongProduct = errors.some(({ code }) => code === "factor-product");
  const unreadable = errors.some(({ code }) => code.startsWith("yaml-"));
  const withoutFanout = errors.filter(({ code }) => code === "no-fanout").map(({ location }) => location);
  const spreads = all.filter(isSpread);
  const unordered = meaning("permutation", "split").flatMap((problem) => {
    const directive = mappingSource?.directives.find(({ location }) => inside(problem.location, location))?.location;
    return directive && spreads.some(({ location }) => inside(location, directive)) ? [{ problem, directive }] : [];
  });
  // What were warnings are the reasons for these errors.
  const reasons = [...(wrongProduct && !incomplete ? lost : []), ...unordered.map(({ problem }) => problem)];
  const components = (architectureSource?.components ?? [])
    .filter(
      ({ generated, location }) =>
        !generated && errors.some((error) => !needsTiles.has(error.code) && inside(error.location, location)),
    )
    .map(({ location }) => location);
  return all
    .filter((problem) => {
      const { code, location, related = [] } = problem;
      if (code === "factor-product") return !incomplete && lost.length === 0;
      if (code === "constraint-violated") return !wrongProduct || lost.length === 0;
      if (/^missing-(architecture|problem|mapping)$/.test(code)) return !unreadable;
      if (needsTiles.has(code)) return !related.some((place) => components.some((own) => inside(place.location, own)));
      if (isSpread(problem))
        return ![...withoutFanout, ...unordered.map(({ directive }) => directive)].some((wide) =>
          inside(location, wide),
        );
      return true;
    })
    .filter((problem) => problem.severity === "error" || !errors.some((error) => sameMistake(error, problem)))
    .map((problem) => (reasons.includes(problem) ? { ...problem, severity: "error" } : problem));
}

const isSpread = ({ code }: Problem) => code.startsWith("fanout-") || code.startsWith("mesh-");

/** The key that one of an unknown name is probably meant to be. */
const meantBy = ({ fixes = [] }: Problem) => fixes[0]?.edits[0]?.newText;

function sameMistake(a: Problem, b: Problem): boolean {
  return a.code === b.code && a.location.uri === b.location.uri && a.location.start === b.location.start;
}
