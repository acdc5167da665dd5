import { listed } from "../spec/nearest.ts";
import type { Specification } from "../spec/types.ts";
import type { Problem } from "../syntax/source.ts";
import { guessedComponents } from "../workspace/reference-tables.ts";

/** `energy-from-pat`: energies that no table and no attribute gives come from Timeloop's public technology model. */
export function energySource(specification: Specification): Problem[] {
  const { architectureSource, energyTables } = specification;
  const components = guessedComponents(specification).flatMap(
    (guessed) =>
      architectureSource?.components.find(({ name, generated }) => name.value === guessed && !generated) ?? [],
  );
  if (components.length === 0) return [];
  const location = components[0].name.location;
  const names = listed(components.map((component) => component.name.value).reverse());
  const why = energyTables.length === 0 ? "No ERT is given" : "The ERT has no table for them";
  return [
    {
      code: "energy-from-pat",
      severity: "information",
      message: `${names}: energies come from Timeloop's public technology model, which is good for comparisons only. ${why}.`,
      location,
      related: components.slice(1).map((component) => ({ message: "Here too", location: component.name.location })),
    },
  ];
}
