import type { NetworkRecord } from "../counts.ts";
import { type Cell, type Mesh, meshBetween } from "./classes.ts";
import { hopsOf } from "./hops.ts";
import { type Nest, spatialX, temporal } from "./nest.ts";
import type { Projection } from "./projection.ts";

/**
 * Who shares the words of one transfer, wherever spatial loops have no residuals; null otherwise. Children along
 * irrelevant dimensions do; where a window spreads over two dimensions, also those whose offsets are equal, which are
 * enumerated.
 *
 * Else all groups have one size and shape and move equally many words. A group reaches `rows × columns` children from the
 * place of its first, so its hops are those along the row, and per column those from the middle line to both ends.
 */
export function uniformRecords(
  nest: Nest,
  projection: Projection,
  child: number,
  parent: number,
  fanouts: readonly { x: number; y: number }[],
  alone: boolean,
  words: number,
): NetworkRecord[] | null {
  const end = nest.before(child);
  const inside = nest.before(parent);
  const at = (child + 1) * nest.dimensions;
  const { partOf } = projection;
  const mesh: Mesh = meshBetween(nest, child, parent, fanouts);
  let firstX = [0];
  let firstY = [0];
  let columns = 1;
  let along = 0;
  let down = 0;
  let multicast = 1;
  for (let i = inside; i < end; i++) {
    if (nest.axis[i] === temporal) continue;
    const d = nest.dimension[i];
    const factor = nest.factor[i];
    if (nest.perfect[at + d] === 0) return null;
    const isX = nest.axis[i] === spatialX;
    const weight = isX ? mesh.weights.x[i] : mesh.weights.y[i];
    if (partOf[d] >= 0 && projection.alone[d] === 0 && sharesPart(nest, projection, d, inside, end)) {
      return enumeratedRecords(nest, projection, child, inside, end, mesh, alone, words);
    }
    if (partOf[d] >= 0 || alone) {
      if (isX) firstX = spreadOver(firstX, factor, weight);
      else firstY = spreadOver(firstY, factor, weight);
      continue;
    }
    multicast *= factor;
    if (isX) {
      columns *= factor;
      along += (factor - 1) * weight;
    } else down += (factor - 1) * weight;
  }
  if (words === 0) return [];
  const centre = (mesh.height - 1) / 2;
  let toX = 0;
  for (const x of firstX) toX += x + along;
  let toY = 0;
  for (const y of firstY) toY += columns * (Math.max(0, centre - y) + Math.max(0, y + down - centre));
  const groups = firstX.length * firstY.length;
  const hops = (words / groups) * (toX * firstY.length + toY * firstX.length);
  return [{ multicast, scatter: groups, accesses: words, hops }];
}

function enumeratedRecords(
  nest: Nest,
  projection: Projection,
  child: number,
  inside: number,
  end: number,
  mesh: Mesh,
  alone: boolean,
  words: number,
): NetworkRecord[] | null {
  let cells = [{ value: 0, x: 0, y: 0 }];
  for (let i = inside; i < end; i++) {
    if (nest.axis[i] === temporal) continue;
    const d = nest.dimension[i];
    if (nest.perfect[(child + 1) * nest.dimensions + d] === 0) return null;
    let move = 0;
    let weight = 1;
    for (const rank of projection.ranks) {
      const k = rank.dimensions.indexOf(d);
      if (k >= 0) move += weight * rank.coefficients[k] * nest.stride[i];
      weight *= 2 * rank.words + 2;
    }
    const more: typeof cells = [];
    for (const { value, x, y } of cells) {
      for (let digit = 0; digit < nest.factor[i]; digit++) {
        more.push({ value: value + digit * move, x: x + digit * mesh.weights.x[i], y: y + digit * mesh.weights.y[i] });
      }
    }
    cells = more;
  }
  const groups = new Map<number, Cell[]>();
  cells.forEach((cell, k) => {
    const key = alone ? k : cell.value;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  });
  const each = words / groups.size;
  const records = new Map<number, NetworkRecord>();
  for (const members of groups.values()) {
    const multicast = members.length;
    const record = records.get(multicast) ?? { multicast, scatter: 0, accesses: 0, hops: 0 };
    records.set(multicast, record);
    record.scatter++;
    record.accesses += each;
    record.hops += each * hopsOf(members, mesh.height);
  }
  return words === 0 ? [] : [...records.values()].sort((a, b) => a.multicast - b.multicast);
}

function sharesPart(nest: Nest, { partOf }: Projection, d: number, inside: number, end: number): boolean {
  for (let i = inside; i < end; i++) {
    const other = nest.dimension[i];
    if (nest.axis[i] !== temporal && other !== d && partOf[other] === partOf[d]) return true;
  }
  return false;
}

function spreadOver(places: readonly number[], factor: number, weight: number): number[] {
  const more: number[] = [];
  for (const place of places) for (let digit = 0; digit < factor; digit++) more.push(place + digit * weight);
  return more;
}
