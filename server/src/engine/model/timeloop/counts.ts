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
import { buildNest, expansion, type Nest, spatialX, spatialY, stepsOfFirstInstance, temporalPasses } from "./nest.ts";
import { type Projection, project, rankExtents, tileSizes } from "./projection.ts";
import { countReads, countReadsByUpdatedRule, countUpdates, countUpdatesByUpdatedRule } from "./read-modify-write.ts";
import { totalAccesses } from "./records.ts";
import type { Tile } from "./tile.ts";
import { type ArithmeticSteps, type Traffic, TrafficWalk } from "./traffic.ts";

/**
 * Counts as Timeloop does, approximations included (`docs/model.md`, “Known approximations”). `timeloop-2022` differs
 * in the window rule only.
 */
export function countByTimeloop(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  options: EvaluationOptions,
): AccessCounts {
  const nest = buildNest(workload, mapping);
  const projection = project(workload, nest);
  const { traffic, arithmetic } = followTraffic(architecture, mapping, nest, projection, options);
  const tiles = collapsedTiles(architecture, workload, mapping, nest, projection, traffic, options);
  return {
    levels: levelCounts(nest, mapping, tiles),
    compute: computeCounts(nest, arithmetic),
  };
}

/** Traffic sent by each level, `[level][data space]`. */
function followTraffic(
  architecture: Architecture,
  mapping: Mapping,
  nest: Nest,
  projection: Projection,
  options: EvaluationOptions,
): { traffic: Traffic[][]; arithmetic: ArithmeticSteps } {
  const available = fanouts(architecture);
  let arithmetic: ArithmeticSteps = { operations: stepsOfFirstInstance(nest), units: 1 };
  const traffic = mapping.levels.map((level, s) => {
    if (s === 0 && nest.master[0] < 0) return everyOperation(projection, arithmetic.operations);
    const walk = new TrafficWalk(nest, projection, s, {
      linkTransfers: options.linkTransfers,
      toroidal: options.toroidalLinks,
      pausesCount: options.counting === "timeloop-2022",
      fanout: available[s],
      noMulticast: level.noSpatialReuse,
      noLinkTransfer: level.noLinkTransfer,
      noTemporalReuse: s === 0 ? undefined : mapping.levels[s - 1].noTemporalReuse,
    });
    const sent = walk.run();
    if (s === 0) arithmetic = walk.arithmetic;
    return sent;
  });
  return { traffic, arithmetic };
}

/** The innermost level is read once per operation and data space: operands have no register of their own. */
function everyOperation(projection: Projection, operations: number): Traffic[] {
  return Array.from({ length: projection.dataSpaces }, () => ({
    records: [{ multicast: 1, scatter: 1, accesses: operations, hops: 0, separateHops: 0 }],
    linkTransfers: 0,
    childWords: 1,
    unionWords: 1,
  }));
}

/** `[data space][level]`. */
function collapsedTiles(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  nest: Nest,
  projection: Projection,
  traffic: readonly Traffic[][],
  options: EvaluationOptions,
): Tile[][] {
  const outermost = tileSizes(projection, rankExtents(projection, nest, nest.length - 1, nest.allLast));
  const distributes = architecture.storage.map(
    (level) => level.readNetwork === null && level.inferredNetwork.type === "M:N",
  );
  return workload.dataSpaces.map((space, p) => {
    const tiles = mapping.levels.map((level, s) => {
      const sent = traffic[s][p];
      const above = traffic[s + 1]?.[p];
      const size = above === undefined ? outermost[p] : above.childWords;
      const tile: Tile = {
        size,
        held: size,
        partition: 0,
        partitionDivisor: above !== undefined && nest.master[s + 1] >= 0 ? above.unionWords : size,
        records: sent.records,
        distributed: [],
        contentAccesses: totalAccesses(sent.records),
        parentShare: 0,
        linkTransfers: sent.linkTransfers,
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
      return tile;
    });
    collapse(
      tiles,
      mapping.levels.map((level) => level.keep[p]),
      distributes,
      options.updatedRmw,
    );
    if (space.readWrite) {
      if (options.updatedRmw) countUpdatesByUpdatedRule(tiles, options.firstReadElision);
      else countUpdates(tiles, options.firstReadElision, options.counting === "timeloop");
    } else {
      const count = options.updatedRmw ? countReadsByUpdatedRule : countReads;
      count(tiles);
    }
    return tiles;
  });
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

function computeCounts(nest: Nest, arithmetic: ArithmeticSteps): ComputeCounts {
  // The innermost valid loop: the outermost of the spatial loops below level 0, else its innermost temporal loop.
  const innermost = Math.max(0, nest.master[0]);
  const instances = Math.floor(nest.usedInstances[innermost] * fanoutBelow(nest, 0));
  const computes = Math.floor((arithmetic.operations / arithmetic.units) * instances);
  return {
    computes,
    instances,
    expansionX: expansion(nest, spatialX, 0),
    expansionY: expansion(nest, spatialY, 0),
    cycles: nest.imperfect ? temporalPasses(nest) : Math.ceil(computes / instances),
  };
}
