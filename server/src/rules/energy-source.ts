import { listed } from "../spec/nearest.ts";
import type { Specification } from "../spec/types.ts";
import type { Problem } from "../syntax/source.ts";

/** `energy-from-pat`: energies that no table and no attribute gives come from Timeloop's public technology model. */
export function energySource({ architecture, architectureSource, energyTables }: Specification): Problem[] {
  if (architecture === undefined || architectureSource === undefined) return [];
  const guessed = [architecture.compute, ...architecture.storage].filter((level) => level.energySource === "pat");
  const components = guessed.flatMap(
    ({ name }) => architectureSource.components.find((c) => c.name.value === name && !c.generated) ?? [],
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
