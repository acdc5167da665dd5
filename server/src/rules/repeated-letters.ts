import { listed } from "../spec/nearest.ts";
import type { Problem } from "../syntax/source.ts";
import type { Subject, ViolationOf } from "./subject.ts";

type WrongProduct = ViolationOf<"factor-product">;

/**
 * `repeated-dimension` as the reason of wrong products: a letter that stands twice in a permutation makes two loops of
 * its factor, and takes the place of a dimension that then has no loop there.
 */
export function repeatedLetters(
  subject: Subject,
  wrong: readonly WrongProduct[],
): { problems: Problem[]; explained: Set<WrongProduct> } {
  const { dimensions } = subject.layer.workload;
  const explained = new Set<WrongProduct>();
  const problems: Problem[] = [];
  for (const { temporal, spatial } of subject.lowered.places) {
    for (const directive of [temporal, spatial]) {
      const letters = (directive?.permutation ?? []).filter(({ value }) =>
        dimensions.some(({ name }) => name === value),
      );
      const again = letters.filter(({ value }, i) => letters.findIndex((other) => other.value === value) < i);
      const [second] = again;
      if (directive === undefined || second === undefined) continue;
      const written = letters.map(({ value }) => value);
      const absent = dimensions.map(({ name }) => name).filter((name) => !written.includes(name));
      // As many loops as there are dimensions: what comes last finds no place.
      const lost = absent.slice(Math.max(0, dimensions.length - letters.length));
      const effects = directive.factors.flatMap(({ dimension: { value: name }, end }) => {
        const violation = wrong.find(({ dimension }) => dimensions[dimension].name === name);
        if (violation === undefined || end.value === 1) return [];
        const twice = again.some(({ value }) => value === name);
        if (!twice && !lost.includes(name)) return [];
        explained.add(violation);
        return [twice ? `${name}=${end.value} counts twice` : `${name}=${end.value} finds no place and does not count`];
      });
      if (effects.length === 0) continue;
      problems.push({
        code: "repeated-dimension",
        severity: "error",
        message: `${second.value} stands twice in this permutation: ${listed(effects)}. Each dimension has one place in the order of the loops; remove one of the two.`,
        location: second.location,
        fixes: [{ title: "Remove the second one", edits: [{ location: second.location, newText: "" }], safe: false }],
      });
    }
  }
  return { problems, explained };
}
