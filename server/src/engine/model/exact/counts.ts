import type { AccessCounts, DataSpaceCounts, LevelCounts, NetworkCounts, ScalarAccesses } from "../counts.ts";
import { noTraffic } from "../counts.ts";
import { fanouts } from "../fanout.ts";
import type { Architecture, EvaluationOptions, Mapping, MappingLevel, Workload } from "../types.ts";
import type { ClosedForm } from "./closed.ts";
import { actingInstances, computeCycles, largestExtents } from "./instances.ts";
import { type Nest, spatialX, spatialY, temporal } from "./nest.ts";
import { type Projection, rankExtent } from "./projection.ts";
import { exactTerms } from "./terms.ts";
import { type Traffic, trafficBetween } from "./traffic.ts";
import { type UnionWords, unionWords } from "./union.ts";
import { loweredNest, loweredWorkload } from "./workload.ts";

/** Counts by the rule `exact` of docs/model.md: every word of every instance, in closed form; a pair of levels a step. */
export function* countingExactly(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  options: EvaluationOptions,
  terms = false,
): Generator<void, AccessCounts> {
  const nest = loweredNest(workload, mapping);
  const available = fanouts(architecture);
  const { projections, closed } = loweredWorkload(workload);
  const columns: DataSpaceCounts[][] = [];
  for (const [p, projection] of projections.entries()) {
    columns.push(yield* dataSpaceCounts(nest, projection, mapping, p, available, options, closed, terms));
  }
  const levels = mapping.levels.map(
    (_, l): LevelCounts => ({
      expansionX: expansion(nest, l, spatialX),
      expansionY: expansion(nest, l, spatialY),
      dataSpaces: columns.map((column) => column[l]),
    }),
  );
  return {
    levels,
    compute: {
      computes: nest.bounds.reduce((product, bound) => product * bound, 1),
      instances: actingInstances(nest, -1),
      expansionX: expansion(nest, -1, spatialX),
      expansionY: expansion(nest, -1, spatialY),
      cycles: computeCycles(nest),
    },
  };
}

function expansion(nest: Nest, l: number, axis: number): number {
  let product = 1;
  for (let i = 0; i < nest.before(l); i++) if (nest.axis[i] === axis) product *= nest.factor[i];
  return product;
}

/** One data space, level by level. */
function* dataSpaceCounts(
  nest: Nest,
  projection: Projection,
  mapping: Mapping,
  p: number,
  available: readonly { x: number; y: number }[],
  options: EvaluationOptions,
  closed: ClosedForm,
  terms: boolean,
): Generator<void, DataSpaceCounts[]> {
  const counts = mapping.levels.map((_, l) => bypassed(actingInstances(nest, l)));
  let child = -1;
  let kept = mapping.levels.findIndex((level) => level.keep[p]);
  let below: Traffic | null = kept < 0 ? null : yield* transfer(kept);
  while (below !== null) {
    const next = mapping.levels.findIndex((level, l) => l > kept && level.keep[p]);
    const inner = child;
    child = kept;
    yield;
    const above: Traffic | null = next < 0 ? null : yield* transfer(next);
    counts[kept] = keptCounts(kept, inner, below, above);
    kept = next;
    below = above;
  }
  return counts;

  function transfer(parent: number): Generator<void, Traffic> {
    const slots = mapping.levels.slice(child + 1, parent + 1);
    const rules = {
      wholeTiles: child < 0 || (mapping.levels[child].noTemporalReuse?.[p] ?? false),
      alone: slots.some((level) => level.noSpatialReuse?.[p]),
      links:
        options.linkTransfers && !slots.some((level) => level.noLinkTransfer?.[p])
          ? { toroidal: options.toroidalLinks }
          : null,
    };
    return trafficBetween(nest, projection, child, parent, available, rules, closed);
  }

  function keptCounts(l: number, inner: number, down: Traffic, up: Traffic | null): DataSpaceCounts {
    const level = mapping.levels[l];
    const instances = actingInstances(nest, l);
    const extents = largestExtents(nest, l);
    const tileWords = wordsOf(projection, extents);
    const union = projection.readWrite ? unionOf(nest, projection, l, closed) : { total: 0, first: 0 };
    const elides = options.firstReadElision && !(level.rmwFirstUpdate?.[p] ?? false);
    const known = elides && !level.noCoalesce?.[p] ? union.total : 0;
    const total = scalar(level, p, projection, down.parentWords, up?.linkedWords ?? 0, up?.childWords, known);
    const firstKnown = elides ? union.first : 0;
    const firstPeer = up?.firstLinkedWords ?? 0;
    const pace = scalar(level, p, projection, down.firstParentWords, firstPeer, up?.firstChildWords, firstKnown);
    const perInstance = {
      reads: total.reads / instances,
      fills: total.fills / instances,
      updates: total.updates / instances,
      temporalReductions: total.temporalReductions / instances,
    };
    const counts: DataSpaceCounts = {
      kept: true,
      tileWords,
      partitionWords: partition(projection, union, tileWords, instances),
      instances,
      perInstance,
      total,
      pacingReads: pace.reads,
      pacingWrites: pace.fills + pace.updates,
      network: networkOf(nest, inner, l, down),
      terms: undefined,
    };
    if (terms) {
      const childTileWords = wordsOf(projection, largestExtents(nest, inner));
      counts.terms = exactTerms({
        nest,
        projection,
        extents,
        tileWords,
        instances,
        known,
        perInstance,
        down,
        child: inner,
        childTileWords,
        up,
        level: l,
      });
    }
    return counts;
  }
}

function wordsOf({ ranks }: Projection, extents: readonly number[]): number {
  return ranks.reduce((words, rank) => words * rankExtent(rank, extents, 0), 1);
}

function unionOf(nest: Nest, projection: Projection, level: number, closed: ClosedForm): UnionWords {
  if (!closed.union(nest, projection, level)) return unionWords(nest, projection, level);
  return { total: closed.unionTotal, first: closed.unionFirst };
}

function partition(projection: Projection, union: UnionWords, tileWords: number, instances: number): number {
  return projection.readWrite ? union.total / instances : tileWords;
}

/**
 * Point 6: what leaves inwards (`out`) and to neighbours (`peer`), and what arrives (`arrived`; undefined at the
 * outermost kept level), as accesses.
 */
function scalar(
  level: MappingLevel,
  p: number,
  { readWrite }: Projection,
  out: number,
  peer: number,
  arrived: number | undefined,
  known: number,
): ScalarAccesses {
  if (!readWrite) return { reads: out + peer, fills: arrived ?? 0, updates: 0, temporalReductions: 0 };
  if (level.noCoalesce?.[p]) {
    return { reads: out + peer, fills: out + peer, updates: out, temporalReductions: out + peer };
  }
  // A tile with gaps (coefficients above 1) holds words that nothing is ever added to.
  const reductions = Math.max(0, out + peer - known);
  return {
    reads: reductions,
    fills: arrived === undefined ? 0 : Math.max(0, arrived - known),
    updates: out,
    temporalReductions: reductions,
  };
}

function networkOf(nest: Nest, child: number, parent: number, down: Traffic): NetworkCounts {
  let fanout = 1;
  for (let i = nest.before(parent); i < nest.before(child); i++)
    if (nest.axis[i] !== temporal) fanout *= nest.factor[i];
  return { instances: 1, fanout, records: down.records, distributed: [], linkTransfers: down.linkedWords };
}

function bypassed(instances: number): DataSpaceCounts {
  const nothing: ScalarAccesses = { reads: 0, fills: 0, updates: 0, temporalReductions: 0 };
  return {
    kept: false,
    tileWords: 0,
    partitionWords: 0,
    instances,
    perInstance: nothing,
    total: nothing,
    pacingReads: 0,
    pacingWrites: 0,
    network: noTraffic,
  };
}
