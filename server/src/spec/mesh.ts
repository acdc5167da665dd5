import { divisors } from "../engine/numeric/divisors.ts";
import type { Fix } from "../syntax/source.ts";
import type { AttributeReader } from "./attributes.ts";
import { listed } from "./nearest.ts";

export interface Mesh {
  instances: number;
  meshX: number;
  meshY: number;
}

/** Instances and their X × Y arrangement; what is not said is derived (Timeloop `buffer.cpp`, `ValidateTopology`). */
export function readMesh(reader: AttributeReader): Mesh {
  const { component, report } = reader;
  const written = reader.whole(1, "instances");
  const x = component.meshX ?? reader.whole(1, "meshX");
  const y = component.meshY ?? reader.whole(1, "meshY");
  reader.ignore(["instances", "meshX", "meshY"]);
  const name = component.name.value;
  const write = (key: string, values: readonly number[]): Fix[] =>
    values.map((value) => ({
      title: `Write ${key}: ${value}`,
      edits: [{ location: reader.place(key), newText: String(value) }],
      safe: false,
    }));
  let instances = written ?? component.instances;
  if (instances < 1) {
    if (x !== undefined && y !== undefined) instances = x * y;
    else {
      report.error("missing-instances", `${name} needs its number of instances.`, component.name.location);
      instances = (x ?? 1) * (y ?? 1);
    }
  }
  if (x !== undefined && y !== undefined) {
    if (x * y !== instances) {
      const message = `${name} has ${instances} instances, but meshX × meshY = ${x} × ${y} = ${x * y}.`;
      const fixes = instances % x === 0 && reader.has("meshY") ? write("meshY", [instances / x]) : [];
      report.error("mesh-mismatch", message, reader.place("meshX", "meshY"), { fixes });
    }
    return { instances, meshX: x, meshY: y };
  }
  const [given, key] = x !== undefined ? [x, "meshX"] : [y, "meshY"];
  if (given === undefined) return { instances, meshX: instances, meshY: 1 };
  if (instances % given !== 0) {
    const near = [given, ...divisors(instances)].sort((a, b) => a - b);
    const at = near.indexOf(given);
    const fitting = [near[at - 1], near[at + 1]].filter((value) => value !== undefined);
    const message = `${key} of ${name} is ${given}, which does not divide its ${instances} instances; ${listed(fitting.map(String), "and")} ${fitting.length === 1 ? "does" : "do"}.`;
    report.error("mesh-mismatch", message, reader.place(key), { fixes: write(key, fitting) });
  }
  const other = Math.max(1, Math.floor(instances / given));
  return key === "meshX" ? { instances, meshX: given, meshY: other } : { instances, meshX: other, meshY: given };
}
