import type { Located, Location } from "../syntax/source.ts";
import { nearestName, renameFixes, writeFixes } from "./nearest.ts";
import type { Report } from "./report.ts";
import type { AttributeValue, ComponentSource } from "./types.ts";
import { asNumber, inWords, type VariableValues, wholeNumber } from "./values.ts";

/** Attributes of which one gives a buffer its size. */
const sizes: ReadonlySet<string> = new Set("entries depth memory_depth data_storage_depth sizeKB".split(" "));

/** Reads the attributes of one component by name, first spelling first, and remembers which were asked for. */
export class AttributeReader {
  private readonly asked = new Set<string>();

  constructor(
    readonly component: ComponentSource,
    private readonly variables: VariableValues,
    readonly report: Report,
  ) {}

  /** Where an attribute stands; the component's name where it is absent. */
  place(...names: string[]): Location {
    return this.find(names)?.found.location ?? this.component.name.location;
  }

  has(name: string): boolean {
    return this.find([name]) !== undefined;
  }

  number(...names: string[]): number | undefined {
    const attribute = this.find(names);
    if (attribute === undefined) return undefined;
    const value = asNumber(attribute.found.value, this.variables);
    if (value !== undefined && !Number.isNaN(value)) return value;
    this.wrong(attribute.name, "a number", attribute.found);
    return undefined;
  }

  nonNegative(...names: string[]): number | undefined {
    const value = this.number(...names);
    if (value === undefined || value >= 0) return value;
    const message = `${this.title(names[0])} must not be negative; it is ${value}.`;
    this.report.error("negative-value", message, this.place(...names));
    return undefined;
  }

  /** A whole number from `least`. */
  whole(least: number, ...names: string[]): number | undefined {
    const value = this.number(...names);
    return value === undefined
      ? undefined
      : wholeNumber(value, this.title(names[0]), least, this.place(...names), this.report);
  }

  text(...names: string[]): string | undefined {
    const attribute = this.find(names);
    if (attribute === undefined) return undefined;
    const { value } = attribute.found;
    if (value !== null && typeof value !== "object") return String(value);
    this.wrong(attribute.name, "a text", attribute.found);
    return undefined;
  }

  boolean(...names: string[]): boolean | undefined {
    const attribute = this.find(names);
    if (attribute === undefined) return undefined;
    const { value } = attribute.found;
    if (typeof value === "boolean") return value;
    if (typeof value === "string") {
      if (/^(y|yes|true|on)$/i.test(value)) return true;
      if (/^(n|no|false|off)$/i.test(value)) return false;
    }
    this.wrong(attribute.name, "true or false", attribute.found);
    return undefined;
  }

  value(name: string): Located<AttributeValue> | undefined {
    return this.find([name])?.found;
  }

  /** Marks attributes that say nothing about the cost of a dense mapping. */
  ignore(names: Iterable<string>): void {
    for (const name of names) this.asked.add(name);
  }

  /** Places of the attributes that were asked for. */
  *placesRead(): Generator<Location> {
    for (const name of this.asked) {
      const found = this.component.attributes.get(name);
      if (found) yield found.location;
    }
  }

  /** Problems for the attributes nobody asked for, except those at the places given: attributes may be inherited. */
  reportUnused(done: Set<string>): void {
    for (const [name, attribute] of this.component.attributes) {
      const key = this.component.keyLocations?.get(name);
      const location = key ?? attribute.location;
      if (this.asked.has(name) || done.has(placeKey(attribute.location))) continue;
      done.add(placeKey(attribute.location));
      const near = nearestName(name, [...this.asked]);
      const owner = this.component.name.value;
      if (near !== undefined) {
        // A buffer that was to have a size would be unlimited.
        const unlimited = sizes.has(near) && ![...sizes].some((size) => this.component.attributes.has(size));
        const effect = unlimited ? `, so ${owner} counts as unlimited` : "";
        const message = `${owner} has the attribute “${name}”, which the cost model does not read${effect}. Did you mean “${near}”?`;
        const fixes = key ? writeFixes([near], key) : [];
        if (unlimited) this.report.error("unknown-attribute", message, location, { fixes });
        else this.report.warning("unknown-attribute", message, location, { fixes });
      } else {
        const message = `The cost model does not read the attribute “${name}” of ${owner}; an energy estimator may.`;
        this.report.information("unused-attribute", message, location);
      }
    }
  }

  title(name: string): string {
    return `${name} of ${this.component.name.value}`;
  }

  private find(names: readonly string[]): { name: string; found: Located<AttributeValue> } | undefined {
    let first: { name: string; found: Located<AttributeValue> } | undefined;
    for (const name of names) {
      this.asked.add(name);
      const found = this.component.attributes.get(name);
      if (first === undefined && found !== undefined && found.value !== null) first = { name, found };
    }
    return first;
  }

  private wrong(name: string, wanted: string, found: Located<AttributeValue>): void {
    const written = typeof found.value === "string" ? found.value : "";
    const fixes = written === "" ? [] : renameFixes(written, [...this.variables.keys()], found.location);
    const message = `${this.title(name)} must be ${wanted}; found ${inWords(found.value)}.`;
    this.report.error("wrong-type", message, found.location, { fixes });
  }
}

function placeKey({ uri, start, end }: Location): string {
  return `${start}-${end} ${uri}`;
}

/** Reports what no component read of the attributes that several may share. */
export function reportUnusedAttributes(readers: readonly AttributeReader[]): void {
  const done = new Set(readers.flatMap((reader) => [...reader.placesRead()].map(placeKey)));
  for (const reader of readers) reader.reportUnused(done);
}
