import { fanouts, hasFanout } from "../engine/model/fanout.ts";
import type { Architecture, StorageLevel } from "../engine/model/types.ts";
import type { Location, SourceEdit, SourceFile } from "../syntax/source.ts";
import { parseYaml, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { applyEdits } from "./edit.ts";
import { readSpecification } from "./specification.ts";
import type { ComponentSource, Specification } from "./types.ts";

/** Edits of all files, the files after them, and what those say; or why the files cannot say it. */
export type ArchitectureEdit =
  | { edits: SourceEdit[]; files: SourceFile[]; architecture: Architecture; obstacle?: undefined }
  | { obstacle: string };

/** Numbers written into tables and attributes keep so many digits. */
const digits = 6;
const tolerance = 1e-4;

/**
 * The smallest edits that make files say hardware of other sizes: capacities, fan-outs with the bandwidths that grow
 * with them, and the energies and areas that tables state for them. What comes of it is read back and compared, so
 * that an attribute shared with another component, say, is an obstacle and never a silent mistake. Capacities are
 * rounded up to whole rows; a v0.4 fan-out keeps at least two children, for with one it would be no level any more.
 */
export function editArchitecture(
  files: readonly SourceFile[],
  specification: Specification,
  sized: Architecture,
): ArchitectureEdit {
  const now = specification.architecture;
  if (now === undefined) return { obstacle: "There is no architecture that can be read." };
  const wanted = withLevelsKept(specification, now, sized);
  const writer = new SizeWriter(files, specification);
  const obstacle = writer.write(now, wanted);
  if (obstacle !== null) return { obstacle };
  const edits = writer.edits();
  const after = files.map((file) => {
    const own = edits.filter(({ location }) => location.uri === file.uri);
    return own.length === 0 ? file : applyEdits(file, own);
  });
  const architecture = readSpecification(after).architecture;
  const difference = architecture === undefined ? "the files" : firstDifference(architecture, wanted);
  if (architecture === undefined || difference !== null) {
    return { obstacle: `The files do not let ${difference} change alone.` };
  }
  return { edits, files: after, architecture };
}

function withLevelsKept({ architectureSource }: Specification, now: Architecture, sized: Architecture): Architecture {
  const generated = architectureSource?.components.filter(({ kind }) => kind === "storage").map((c) => c.generated);
  const levels = (generated ?? []).reverse();
  const fans = fanouts(sized);
  const lone = fans.flatMap((fan, l) => (levels[l] && !hasFanout(fan) ? [l] : []));
  if (lone.length === 0) return sized;
  const were = fanouts(now);
  const doubled = <T extends Size>(level: T, l: number): T => {
    const outside = lone.filter((outer) => outer > l);
    const along = (y: boolean) => 2 ** outside.filter((outer) => were[outer].x > 1 !== y).length;
    const meshX = level.meshX * along(false);
    const meshY = level.meshY * along(true);
    return { ...level, meshX, meshY, instances: meshX * meshY };
  };
  return { ...sized, storage: sized.storage.map(doubled), compute: doubled(sized.compute, -1) };
}

class SizeWriter {
  private readonly written = new Map<string, SourceEdit>();
  /** Counts of the `[a..b]` ranges by path, as they shall be. */
  private readonly counts = new Map<string, number>();
  private readonly files: ReadonlyMap<string, SourceFile>;
  private readonly specification: Specification;
  private obstacle: string | null = null;

  constructor(files: readonly SourceFile[], specification: Specification) {
    this.files = new Map(files.map((file) => [file.uri, file]));
    this.specification = specification;
  }

  edits(): SourceEdit[] {
    return [...this.written.values()];
  }

  /** What stands in the way, if anything. */
  write(now: Architecture, wanted: Architecture): string | null {
    const components = this.specification.architectureSource?.components ?? [];
    const storage = components.filter(({ kind }) => kind === "storage").reverse();
    const compute = components.find(({ kind }) => kind === "compute");
    for (let l = now.storage.length - 1; l >= 0; l--) {
      this.mesh(storage[l], now.storage[l], wanted.storage[l]);
      this.fanOut(storage[l], now, wanted, l);
      this.bandwidths(storage[l], now.storage[l], wanted.storage[l]);
      if (now.storage[l].capacityWords === wanted.storage[l].capacityWords) continue;
      this.capacity(storage[l], wanted.storage[l]);
      this.energies(storage[l], now.storage[l], wanted.storage[l]);
    }
    if (compute !== undefined) this.mesh(compute, now.compute, wanted.compute);
    return this.obstacle;
  }

  private capacity(component: ComponentSource, { capacityWords, wordBits, blockSize }: StorageLevel): void {
    if (capacityWords === null) return;
    const kilobytes = Math.ceil((capacityWords * wordBits) / 8192);
    const written = [
      this.attribute(component, "entries", capacityWords),
      ...["depth", "memory_depth", "data_storage_depth"].map((key) =>
        this.attribute(component, key, Math.ceil(capacityWords / blockSize)),
      ),
      this.attribute(component, "sizeKB", kilobytes),
    ];
    if (!written.includes(true)) this.refuse(`${component.name.value} states no size of its own.`);
  }

  private bandwidths(component: ComponentSource, now: StorageLevel, wanted: StorageLevel): void {
    const keys = [
      ["readBandwidth", "read_bandwidth"],
      ["writeBandwidth", "write_bandwidth"],
      ["sharedBandwidth", "shared_bandwidth"],
    ] as const;
    for (const [field, key] of keys) {
      const value = wanted[field];
      if (value === now[field] || value === null) continue;
      if (!this.attribute(component, key, value)) this.attribute(component, "bandwidth", 2 * value);
    }
  }

  /** Energies follow the capacity by themselves where Timeloop's technology model gives them. */
  private energies(component: ComponentSource, now: StorageLevel, wanted: StorageLevel): void {
    const name = component.name.value;
    if (now.energySource === "attribute") this.attribute(component, "vector_access_energy", wanted.readEnergyPj);
    if (now.energySource === "ert") {
      const table = this.specification.energyTables.findLast(({ componentName }) => componentName === name);
      const of = (actions: readonly string[], value: number) => {
        const place = actions.map((action) => table?.actions.get(action)?.location).find(Boolean);
        if (place !== undefined) this.number(place, value, `the energy table of ${name}`);
      };
      of(["random_read", "read"], wanted.readEnergyPj);
      of(["random_fill", "random_write", "fill", "write"], wanted.fillEnergyPj);
      of(["random_update", "random_write", "update", "write"], wanted.updateEnergyPj);
      of(["leak"], wanted.leakEnergyPj);
    }
    if (now.areaUm2 === wanted.areaUm2) return;
    const area = this.specification.areaTables.findLast(({ componentName }) => componentName === name);
    if (area !== undefined) this.number(area.areaUm2.location, wanted.areaUm2, `the area of ${name}`);
    else this.attribute(component, "cluster_area", wanted.areaUm2 * wanted.clusterSize);
  }

  /** v0.2, v0.3 and older: instances by ranges of names or an attribute, and the mesh they are laid out in. */
  private mesh(component: ComponentSource, now: Size, wanted: Size): void {
    if (this.specification.architectureSource?.version === "0.4" || component.generated) return;
    this.ranges(component, wanted.instances);
    if (now.instances !== wanted.instances) this.attribute(component, "instances", wanted.instances);
    if (now.meshX !== wanted.meshX) this.attribute(component, "meshX", wanted.meshX);
    if (now.meshY !== wanted.meshY) this.attribute(component, "meshY", wanted.meshY);
  }

  /** Of the ranges on the way to a component that no outer component has fixed, the innermost takes up the change. */
  private ranges(component: ComponentSource, instances: number): void {
    const parts = component.path.split(/\.(?![^[]*\])/);
    const paths = parts.map((_, i) => parts.slice(0, i + 1).join("."));
    const open = paths.flatMap((path, i) => (!this.counts.has(path) && countOf(parts[i]) > 1 ? [i] : []));
    const last = open.at(-1);
    let others = 1;
    for (const [i, path] of paths.entries()) if (i !== last) others *= this.counts.get(path) ?? countOf(parts[i]);
    paths.forEach((path, i) => {
      if (!this.counts.has(path)) this.counts.set(path, i === last ? instances / others : countOf(parts[i]));
    });
    if (last === undefined || instances / others === countOf(parts[last])) return;
    if (!Number.isInteger(instances / others)) {
      this.refuse(`${parts[last]} cannot be laid out in ${instances} instances.`);
      return;
    }
    const name = this.around(component.location)
      .map((map) => map.index.get("name")?.value)
      .find((node) => node?.kind === "scalar" && node.text === parts[last]);
    const file = name && this.files.get(name.location.uri);
    if (name === undefined || file === undefined) {
      this.refuse(`The range of ${parts[last]} is not written where it can be changed.`);
      return;
    }
    const text = file.text.slice(name.location.start, name.location.end);
    const range = /\[\s*(\d+)\s*\.\.\s*(\d+)\s*\]/.exec(text);
    if (range === null) return;
    const end = String(Number(range[1]) + instances / others - 1);
    const start = name.location.start + range.index + range[0].lastIndexOf(range[2]);
    this.replace({ uri: file.uri, start, end: start + range[2].length }, end, parts[last]);
  }

  /** v0.4: the `spatial` map of the node that a level of its own stands for. */
  private fanOut(component: ComponentSource, now: Architecture, wanted: Architecture, l: number): void {
    if (!component.generated) return;
    const below = ({ storage, compute }: Architecture): Size => (l === 0 ? compute : storage[l - 1]);
    for (const key of ["meshX", "meshY"] as const) {
      const size = below(wanted)[key] / wanted.storage[l][key];
      if (size === below(now)[key] / now.storage[l][key]) continue;
      const spatial = this.around(component.location)[0]?.index.get("spatial")?.value;
      const entry = spatial?.kind === "map" ? spatial.index.get(key) : undefined;
      if (entry === undefined) this.refuse(`${component.container} states no ${key} of its own.`);
      else this.number(entry.value.location, size, `${key} of ${component.container}`);
    }
  }

  private attribute(component: ComponentSource, key: string, value: number): boolean {
    const found = component.attributes.get(key);
    if (found === undefined) return false;
    this.number(found.location, value, `${key} of ${component.name.value}`);
    return true;
  }

  private number(location: Location, value: number, what: string): void {
    const text = this.files.get(location.uri)?.text.slice(location.start, location.end);
    const newText = String(Number.isInteger(value) ? value : Number(value.toPrecision(digits)));
    if (text === undefined || /\n/.test(text)) this.refuse(`${what} is no number that can be changed.`);
    else if (Number(text) !== Number(newText) || text.trim() === "") this.replace(location, newText, what);
  }

  private replace(location: Location, newText: string, what: string): void {
    const key = `${location.start} ${location.uri}`;
    const other = this.written.get(key);
    if (other !== undefined && other.newText !== newText) this.refuse(`${what} is shared with another component.`);
    this.written.set(key, { location, newText });
  }

  /** The maps around a place in its file, innermost first. */
  private around({ uri, start, end }: Location): YamlMap[] {
    const file = this.files.get(uri);
    const found: YamlMap[] = [];
    const visit = (node: YamlNode): void => {
      if (node.location.start > start || node.location.end < end || node.location.uri !== uri) return;
      if (node.kind === "map") {
        found.unshift(node);
        for (const { value, merged } of node.entries) if (!merged) visit(value);
      } else if (node.kind === "sequence") for (const item of node.items) visit(item);
    };
    if (file !== undefined) for (const document of parseYaml(file).documents) visit(document);
    return found;
  }

  private refuse(why: string): void {
    this.obstacle ??= why;
  }
}

type Size = Pick<StorageLevel, "instances" | "meshX" | "meshY">;

function countOf(part: string): number {
  const range = /\[\s*(\d+)\s*\.\.\s*(\d+)\s*\]/.exec(part);
  return range === null ? 1 : Number(range[2]) - Number(range[1]) + 1;
}

/** What hardware read back says differently from the hardware wanted; `null`: nothing. */
function firstDifference(read: Architecture, wanted: Architecture): string | null {
  if (read.storage.length !== wanted.storage.length) return "the levels";
  const close = (a: number | null, b: number | null) =>
    a === b || (a !== null && b !== null && Math.abs(a - b) <= tolerance * Math.abs(b));
  const laidOut = (a: Size, b: Size) => a.instances === b.instances && a.meshX === b.meshX && a.meshY === b.meshY;
  for (const [l, level] of wanted.storage.entries()) {
    const own = read.storage[l];
    const granule = Math.max(level.blockSize, Math.ceil(8192 / level.wordBits));
    const extra = (own.capacityWords ?? 0) - (level.capacityWords ?? 0);
    if (!laidOut(own, level)) return `the instances of ${level.name}`;
    if (extra < 0 || extra >= granule) return `the size of ${level.name}`;
    for (const key of ["readBandwidth", "writeBandwidth", "sharedBandwidth"] as const) {
      if (!close(own[key], level[key])) return `the bandwidth of ${level.name}`;
    }
    if (level.energySource === "pat") continue;
    for (const key of ["readEnergyPj", "fillEnergyPj", "updateEnergyPj", "leakEnergyPj"] as const) {
      if (!close(own[key], level[key])) return `the energies of ${level.name}`;
    }
  }
  return laidOut(read.compute, wanted.compute) ? null : `the instances of ${wanted.compute.name}`;
}
