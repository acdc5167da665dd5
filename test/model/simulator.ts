/**
 * The oracle for `exact` counting: walks a tiny loop nest operation by operation and moves every word by hand, as
 * points 1 to 9 of docs/model.md say. Slow, plain, and independent: it imports nothing from the model.
 */

export interface SimLoop {
  dimension: number;
  factor: number;
  residual: number;
}

export interface SimLevel {
  /** Innermost first, as in a mapping. */
  temporal: readonly SimLoop[];
  spatialX: readonly SimLoop[];
  spatialY: readonly SimLoop[];
  keep: readonly boolean[];
  noSpatialReuse?: readonly boolean[];
  noTemporalReuse?: readonly boolean[];
  rmwFirstUpdate?: readonly boolean[];
  noCoalesce?: readonly boolean[];
  noLinkTransfer?: readonly boolean[];
  /** Physical children along X and Y. */
  fanoutX: number;
  fanoutY: number;
}

export interface SimProblem {
  bounds: readonly number[];
  dataSpaces: readonly {
    readWrite: boolean;
    ranks: readonly (readonly { dimension: number; coefficient: number }[])[];
  }[];
  /** Inner to outer. */
  levels: readonly SimLevel[];
  firstReadElision?: boolean;
  linkTransfers?: boolean;
  toroidalLinks?: boolean;
}

export interface SimRecord {
  multicast: number;
  accesses: number;
  hops: number;
}

export interface SimDataSpace {
  kept: boolean;
  tileWords: number;
  instances: number;
  reads: number;
  fills: number;
  updates: number;
  temporalReductions: number;
  /** Distinct words, summed over instances. */
  distinctWords: number;
  pacingReads: number;
  pacingWrites: number;
  /** Transfers to the next kept inner level (or the MACs). */
  accesses: number;
  childWords: number;
  spatialReductions: number;
  linkTransfers: number;
  /** Ascending by multicast. */
  records: SimRecord[];
}

export interface SimResult {
  macs: number;
  computeCycles: number;
  computeInstances: number;
  /** Inner to outer, then per data space. */
  levels: SimDataSpace[][];
}

interface Place extends SimLoop {
  level: number;
  axis: "t" | "x" | "y";
}

interface Operation {
  /** One index per loop, outer to inner. */
  at: number[];
  /** One value per dimension. */
  value: number[];
}

/** Loops outer to inner: of each level the temporal ones, then Y, then X. */
function nestOf(problem: SimProblem): Place[] {
  const nest: Place[] = [];
  const outerFirst = (loops: readonly SimLoop[], level: number, axis: Place["axis"]) => {
    for (const loop of [...loops].reverse()) nest.push({ ...loop, level, axis });
  };
  for (let level = problem.levels.length - 1; level >= 0; level--) {
    outerFirst(problem.levels[level].temporal, level, "t");
    outerFirst(problem.levels[level].spatialY, level, "y");
    outerFirst(problem.levels[level].spatialX, level, "x");
  }
  return nest;
}

/** Point 1: every valid index vector. */
function operationsOf(problem: SimProblem, nest: readonly Place[]): Operation[] {
  const operations: Operation[] = [];
  const at: number[] = [];
  const walk = (depth: number, last: boolean[], value: number[]) => {
    if (depth === nest.length) {
      operations.push({ at: [...at], value: [...value] });
      return;
    }
    const { dimension, factor, residual } = nest[depth];
    const trips = last[dimension] ? residual : factor;
    for (let i = 0; i < trips; i++) {
      at.push(i);
      const stillLast = [...last];
      stillLast[dimension] = last[dimension] && i === trips - 1;
      const next = [...value];
      next[dimension] = value[dimension] * factor + i;
      walk(depth + 1, stillLast, next);
      at.pop();
    }
  };
  walk(
    0,
    problem.bounds.map(() => true),
    problem.bounds.map(() => 0),
  );
  const distinct = new Set(operations.map((operation) => operation.value.join()));
  const macs = problem.bounds.reduce((a, b) => a * b, 1);
  if (distinct.size !== macs || operations.length !== macs) {
    throw new Error(`${operations.length} vectors, ${distinct.size} operations, ${macs} expected`);
  }
  return operations;
}

interface Box {
  low: number[];
  high: number[];
}

function obtain<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

const pointsOf = (box: Box): string[] => {
  let points = [""];
  for (let k = 0; k < box.low.length; k++) {
    const longer: string[] = [];
    for (const point of points) for (let x = box.low[k]; x <= box.high[k]; x++) longer.push(`${point},${x}`);
    points = longer;
  }
  return points;
};

/** The acting instances of one level at each of its steps, with their tiles. */
interface Timeline {
  steps: { instances: Map<string, { spatial: number[]; box: Box }> }[];
}

function timelineOf(
  operations: readonly Operation[],
  nest: readonly Place[],
  level: number,
  ranks: SimProblem["dataSpaces"][number]["ranks"],
): Timeline {
  const outside = nest.map((_, i) => i).filter((i) => nest[i].level > level);
  const temporal = outside.filter((i) => nest[i].axis === "t");
  const spatial = outside.filter((i) => nest[i].axis !== "t");
  const byStep = new Map<string, { order: number[]; instances: Map<string, { spatial: number[]; box: Box }> }>();
  for (const { at, value } of operations) {
    const order = temporal.map((i) => at[i]);
    const stepKey = order.join();
    const step = obtain(byStep, stepKey, () => ({ order, instances: new Map() }));
    const place = spatial.map((i) => at[i]);
    const key = place.join();
    const point = ranks.map((rank) => rank.reduce((sum, t) => sum + t.coefficient * value[t.dimension], 0));
    const seen = step.instances.get(key);
    if (seen === undefined) {
      step.instances.set(key, { spatial: place, box: { low: [...point], high: [...point] } });
    } else {
      point.forEach((x, k) => {
        seen.box.low[k] = Math.min(seen.box.low[k], x);
        seen.box.high[k] = Math.max(seen.box.high[k], x);
      });
    }
  }
  const steps = [...byStep.values()].sort((a, b) => {
    const k = a.order.findIndex((x, i) => x !== b.order[i]);
    return a.order[k] - b.order[k];
  });
  return { steps };
}

/** Point 4: what one instance receives at each step it acts. */
class Receiver {
  private previous: { low: string; lowAt: number[]; points: Set<string> } | null = null;
  private remembered: string | null = null;

  receive(box: Box, reuse: boolean): string[] {
    const all = pointsOf(box);
    const before = this.previous;
    this.previous = { low: box.low.join(), lowAt: box.low, points: new Set(all) };
    if (before === null || !reuse) return all;
    const fresh = () => all.filter((point) => !before.points.has(point));
    const moved = box.low.map((x, k) => x - before.lowAt[k]);
    if (moved.every((x) => x === 0)) return fresh();
    const translation = moved.join();
    if (this.remembered === null || this.remembered === translation) {
      this.remembered = translation;
      return fresh();
    }
    this.remembered = null;
    return all;
  }
}

interface Group {
  parent: string;
  words: number;
  members: { x: number; y: number }[];
}

interface Transfer {
  /** Words per parent instance. */
  parent: Map<string, number>;
  child: Map<string, number>;
  linked: Map<string, number>;
  records: Map<number, SimRecord>;
  links: number;
}

const add = (map: Map<string, number>, key: string, words: number) => map.set(key, (map.get(key) ?? 0) + words);
const total = (map: Map<string, number>) => [...map.values()].reduce((a, b) => a + b, 0);

/** Points 5 and 9: the transfers from level `o` to `c` (−1: the MACs), which is the next kept one. */
function transferOf(
  problem: SimProblem,
  nest: readonly Place[],
  timeline: Timeline,
  dataSpace: number,
  c: number,
  o: number,
  links: boolean,
): Transfer {
  const spatial = nest.filter((loop) => loop.level > c && loop.axis !== "t");
  const outer = spatial.filter((loop) => loop.level > o).length;
  const between = problem.levels.slice(c + 1, o + 1);
  const alone = between.some((level) => level.noSpatialReuse?.[dataSpace]);
  const reuse = c >= 0 && !problem.levels[c].noTemporalReuse?.[dataSpace];

  const width = (level: number, axis: "x" | "y") => {
    const { spatialX, spatialY, fanoutX, fanoutY } = problem.levels[level];
    const used = (axis === "x" ? spatialX : spatialY).reduce((a, loop) => a * loop.factor, 1);
    return Math.max(used, axis === "x" ? fanoutX : fanoutY);
  };
  /** Real index of a child along one axis among the children of its parent: slots outer to inner. */
  const real = (place: readonly number[], axis: "x" | "y") => {
    let index = 0;
    for (let level = o; level > c; level--) {
      let inSlot = 0;
      spatial.forEach((loop, i) => {
        if (loop.level === level && loop.axis === axis) inSlot = inSlot * loop.factor + place[i];
      });
      index = index * width(level, axis) + inSlot;
    }
    return index;
  };
  let meshX = 1;
  let meshY = 1;
  for (let level = o; level > c; level--) {
    meshX *= width(level, "x");
    meshY *= width(level, "y");
  }

  const result: Transfer = { parent: new Map(), child: new Map(), linked: new Map(), records: new Map(), links: 0 };
  const receivers = new Map<string, Receiver>();
  let before = new Map<string, string>();
  for (const step of timeline.steps) {
    const groups = new Map<string, Group>();
    const now = new Map<string, string>();
    for (const [key, { spatial: place, box }] of step.instances) {
      const receiver = obtain(receivers, key, () => new Receiver());
      const delta = c < 0 ? pointsOf(box) : receiver.receive(box, reuse);
      if (delta.length === 0) continue;
      add(result.child, key, delta.length);
      const parent = place.slice(0, outer).join();
      const points = [...delta].sort().join(" ");
      const x = real(place, "x");
      const y = real(place, "y");
      now.set(`${parent}|${x}|${y}`, points);
      if (links) {
        const around = [
          [x - 1, y],
          [x + 1, y],
          [x, y - 1],
          [x, y + 1],
        ].map(([i, j]) => (problem.toroidalLinks ? [(i + meshX) % meshX, (j + meshY) % meshY] : [i, j]));
        const self = (i: number, j: number) => i === x && j === y;
        const from = around.find(([i, j]) => !self(i, j) && before.get(`${parent}|${i}|${j}`) === points);
        if (from !== undefined) {
          add(result.linked, key, delta.length);
          result.links += delta.length;
          continue;
        }
      }
      const group = `${parent}|${points}${alone ? `|${key}` : ""}`;
      obtain(groups, group, () => ({ parent, words: delta.length, members: [] })).members.push({ x, y });
    }
    before = now;
    for (const { parent, words, members } of groups.values()) {
      add(result.parent, parent, words);
      const m = members.length;
      const record = obtain(result.records, m, () => ({ multicast: m, accesses: 0, hops: 0 }));
      record.accesses += words;
      record.hops += words * hopsOf(members, meshY);
    }
  }
  return result;
}

/** From the middle of the left edge along the row, then up and down every column used. */
function hopsOf(members: readonly { x: number; y: number }[], meshY: number): number {
  const centre = (meshY - 1) / 2;
  const columns = new Map<number, { low: number; high: number }>();
  let along = 0;
  for (const { x, y } of members) {
    along = Math.max(along, x);
    const column = columns.get(x) ?? { low: y, high: y };
    columns.set(x, { low: Math.min(column.low, y), high: Math.max(column.high, y) });
  }
  let hops = along;
  for (const { low, high } of columns.values()) hops += Math.max(0, centre - low) + Math.max(0, high - centre);
  return hops;
}

/** Point 6: words in the union of all tiles of each instance. */
function unionOf(timeline: Timeline): Map<string, number> {
  const sets = new Map<string, Set<string>>();
  for (const step of timeline.steps) {
    for (const [key, { box }] of step.instances) {
      const set = obtain(sets, key, () => new Set<string>());
      for (const point of pointsOf(box)) set.add(point);
    }
  }
  return new Map([...sets].map(([key, set]) => [key, set.size]));
}

export function simulate(problem: SimProblem): SimResult {
  const nest = nestOf(problem);
  const operations = operationsOf(problem, nest);
  const spatialAt = nest.map((_, i) => i).filter((i) => nest[i].axis !== "t");
  const temporalAt = nest.map((_, i) => i).filter((i) => nest[i].axis === "t");
  const units = new Set(operations.map(({ at }) => spatialAt.map((i) => at[i]).join()));
  const cycles = new Set(operations.map(({ at }) => temporalAt.map((i) => at[i]).join()));

  const levels: SimDataSpace[][] = problem.levels.map(() => []);
  problem.dataSpaces.forEach((dataSpace, v) => {
    const timelines = [-1, ...problem.levels.keys()].map((level) =>
      timelineOf(operations, nest, level, dataSpace.ranks),
    );
    const kept = [...problem.levels.keys()].filter((level) => problem.levels[level].keep[v]);
    const linksOf = (level: number, child: number): Transfer => {
      const timeline = timelines[child + 1];
      const without = transferOf(problem, nest, timeline, v, child, level, false);
      const slots = problem.levels.slice(child + 1, level + 1);
      if (!problem.linkTransfers || slots.some((slot) => slot.noLinkTransfer?.[v])) return without;
      const linked = transferOf(problem, nest, timeline, v, child, level, true);
      return total(linked.parent) < total(without.parent) ? linked : without;
    };
    const transfers = new Map(kept.map((level, i) => [level, linksOf(level, i === 0 ? -1 : kept[i - 1])]));

    problem.levels.forEach((level, l) => {
      const timeline = timelines[l + 1];
      const instances = new Set(timeline.steps.flatMap((step) => [...step.instances.keys()]));
      const zero = nest
        .filter((loop) => loop.level > l && loop.axis !== "t")
        .map(() => 0)
        .join();
      const down = transfers.get(l);
      if (down === undefined) {
        levels[l].push({
          kept: false,
          tileWords: 0,
          instances: instances.size,
          reads: 0,
          fills: 0,
          updates: 0,
          temporalReductions: 0,
          distinctWords: 0,
          pacingReads: 0,
          pacingWrites: 0,
          accesses: 0,
          childWords: 0,
          spatialReductions: 0,
          linkTransfers: 0,
          records: [],
        });
        return;
      }
      const up = transfers.get(kept[kept.indexOf(l) + 1]);
      const union = unionOf(timeline);
      const elide = (problem.firstReadElision ?? true) && !level.rmwFirstUpdate?.[v];
      const countsOf = (pick: (map: Map<string, number>) => number) => {
        const out = pick(down.parent);
        const peer = up === undefined ? 0 : pick(up.linked);
        const arrived = up === undefined ? 0 : pick(up.child);
        if (!dataSpace.readWrite) return { reads: out + peer, fills: arrived, updates: 0, temporalReductions: 0 };
        if (level.noCoalesce?.[v])
          return { reads: out + peer, fills: out + peer, updates: out, temporalReductions: out + peer };
        const first = elide ? pick(union) : 0;
        return {
          reads: Math.max(0, out + peer - first),
          fills: up === undefined ? 0 : Math.max(0, arrived - first),
          updates: out,
          temporalReductions: Math.max(0, out + peer - first),
        };
      };
      const all = countsOf(total);
      const pace = countsOf((map) => map.get(zero) ?? 0);
      let tileWords = 0;
      for (const step of timeline.steps) {
        for (const { box } of step.instances.values()) tileWords = Math.max(tileWords, pointsOf(box).length);
      }
      const records = [...down.records.values()].sort((a, b) => a.multicast - b.multicast);
      levels[l].push({
        kept: true,
        tileWords,
        instances: instances.size,
        ...all,
        distinctWords: total(union),
        pacingReads: pace.reads,
        pacingWrites: pace.fills + pace.updates,
        accesses: total(down.parent),
        childWords: total(down.child),
        spatialReductions: records.reduce((sum, r) => sum + (r.multicast - 1) * r.accesses, 0),
        linkTransfers: down.links,
        records,
      });
    });
  });
  return { macs: operations.length, computeCycles: cycles.size, computeInstances: units.size, levels };
}
