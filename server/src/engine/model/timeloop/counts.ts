import type {
  AccessCounts,
  ComputeCounts,
  DataSpaceCounts,
  LevelCounts,
  NetworkCounts,
  ScalarAccesses,
} from "../counts.ts";
import { fanouts } from "../fanout.ts";
import type { Architecture, EvaluationOptions, Mapping, Workload } from "../types.ts";
import { collapse } from "./collapse.ts";
import {
  buildNest,
  expansion,
  type Nest,
  operationsOfFirstInstance,
  spatialX,
  spatialY,
  temporalPasses,
} from "./nest.ts";
import { project, rankExtents, tileSize } from "./projection.ts";
import { countReads, countReadsByUpdatedRule, countUpdates, countUpdatesByUpdatedRule } from "./read-modify-write.ts";
import { totalAccesses } from "./records.ts";
import type { Tile } from "./tile.ts";
import { type Traffic, TrafficWalk } from "./traffic.ts";

/**
 * Counts as Timeloop does, approximations included (`docs/model.md`, “Known approximations”). `timeloop-2022` differs
 * in the window rule and in the first fills of outputs. The traffic of one level a step.
 */
export function* countingByTimeloop(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  options: EvaluationOptions,
): Generator<void, AccessCounts> {
  const nest = buildNest(workload, mapping);
  const projections = workload.dataSpaces.map((space) => project(workload, space, nest));
  const operations = operationsOfFirstInstance(nest);
  const available = fanouts(architecture);
  const traffic: Traffic[][] = projections.map(() => []);
  for (const [p, projection] of projections.entries()) {
    for (const [s, level] of mapping.levels.entries()) {
      if (s === 0 && nest.master[0] < 0) {
        traffic[p].push(everyOperation(operations));
        continue;
      }
      const walk = new TrafficWalk(nest, projection, s, {
        linkTransfers: options.linkTransfers,
        toroidal: options.toroidalLinks,
        pausesCount: options.counting === "timeloop-2022",
        fanout: available[s],
        noMulticast: level.noSpatialReuse?.[p] ?? false,
        noLinkTransfer: level.noLinkTransfer?.[p] ?? false,
        noTemporalReuse: mapping.levels[s - 1]?.noTemporalReuse?.[p] ?? false,
      });
      traffic[p].push(walk.run());
      yield;
    }
  }
  const tiles = workload.dataSpaces.map((space, p) => {
    const tensorWords = tileSize(rankExtents(projections[p], nest, nest.length - 1, nest.allLast));
    return collapsedTiles(architecture, mapping, nest, p, space.readWrite, traffic[p], tensorWords, options);
  });
  return {
    levels: levelCounts(nest, mapping, tiles),
    compute: computeCounts(nest, operations, traffic[0]?.[0].children ?? 1),
  };
}

/** The innermost level is read once per operation and data space: operands have no register of their own. */
function everyOperation(operations: number): Traffic {
  return {
    records: [{ multicast: 1, scatter: 1, accesses: operations, hops: 0, separateHops: 0 }],
    linkTransfers: 0,
    childWords: 1,
    unionWords: 1,
    children: 1,
  };
}

/** What each level does for one data space, inner to outer. */
function collapsedTiles(
  architecture: Architecture,
  mapping: Mapping,
  nest: Nest,
  p: number,
  readWrite: boolean,
  traffic: readonly Traffic[],
  tensorWords: number,
  options: EvaluationOptions,
): Tile[] {
  const distributes = architecture.storage.map(
    (level) => level.readNetwork === null && level.inferredNetwork.type === "M:N",
  );
  const tiles = mapping.levels.map((level, s): Tile => {
    const { records, linkTransfers } = traffic[s];
    const above: Traffic | undefined = traffic[s + 1];
    const size = above === undefined ? tensorWords : above.childWords;
    return {
      size,
      held: size,
      partition: 0,
      partitionDivisor: above !== undefined && nest.master[s + 1] >= 0 ? above.unionWords : size,
      records,
      distributed: [],
      contentAccesses: totalAccesses(records),
      parentShare: 0,
      linkTransfers,
      peerAccesses: 0,
      peerFills: 0,
      fanout: fanoutBelow(nest, s),
      instances: Math.floor(nest.usedInstances[nest.boundary[s]]),
      rmwFirstUpdate: level.rmwFirstUpdate?.[p] ?? false,
      noCoalesce: level.noCoalesce?.[p] ?? false,
      reads: 0,
      fills: 0,
      updates: 0,
      temporalReductions: 0,
    };
  });
  const keep = mapping.levels.map((level) => level.keep[p]);
  collapse(tiles, keep, distributes, options.updatedRmw);
  const { updatedRmw, firstReadElision, counting } = options;
  if (!readWrite) (updatedRmw ? countReadsByUpdatedRule : countReads)(tiles);
  else if (updatedRmw) countUpdatesByUpdatedRule(tiles, firstReadElision);
  else countUpdates(tiles, firstReadElision, counting === "timeloop");
  return tiles;
}

function fanoutBelow(nest: Nest, s: number): number {
  let product = 1;
  for (let i = nest.first[s]; i <= nest.master[s]; i++) product *= nest.end[i];
  return product;
}

function levelCounts(nest: Nest, mapping: Mapping, tiles: readonly Tile[][]): LevelCounts[] {
  return mapping.levels.map((level, s) => {
    const expansionX = expansion(nest, spatialX, nest.boundary[s] + 1);
    const expansionY = expansion(nest, spatialY, nest.boundary[s] + 1);
    const dataSpaces = tiles.map((ofSpace, p) => {
      const tile = ofSpace[s];
      const idle = (expansionX * expansionY) / tile.instances;
      const perInstance: ScalarAccesses = {
        reads: tile.reads,
        fills: tile.fills,
        updates: tile.updates,
        temporalReductions: tile.temporalReductions,
      };
      const network: NetworkCounts = {
        instances: tile.instances,
        fanout: tile.fanout,
        records: tile.records,
        distributed: tile.distributed,
        linkTransfers: tile.linkTransfers,
      };
      const counts: DataSpaceCounts = {
        kept: level.keep[p],
        tileWords: tile.size,
        heldWords: tile.held,
        partitionWords: tile.partition,
        instances: tile.instances,
        perInstance,
        total: scale(perInstance, tile.instances),
        pacingReads: Math.ceil(tile.reads / idle),
        pacingWrites: Math.ceil((tile.fills + tile.updates) / idle),
        network,
      };
      return counts;
    });
    return { expansionX, expansionY, dataSpaces };
  });
}

function scale(accesses: ScalarAccesses, by: number): ScalarAccesses {
  return {
    reads: accesses.reads * by,
    fills: accesses.fills * by,
    updates: accesses.updates * by,
    temporalReductions: accesses.temporalReductions * by,
  };
}

function computeCounts(nest: Nest, operations: number, units: number): ComputeCounts {
  // The innermost valid loop: the outermost of the spatial loops below level 0, else its innermost temporal loop.
  const innermost = Math.max(0, nest.master[0]);
  const instances = Math.floor(nest.usedInstances[innermost] * fanoutBelow(nest, 0));
  const computes = Math.floor((operations / units) * instances);
  return {
    computes,
    instances,
    expansionX: expansion(nest, spatialX, 0),
    expansionY: expansion(nest, spatialY, 0),
    cycles: nest.imperfect ? temporalPasses(nest) : Math.ceil(computes / instances),
  };
}
