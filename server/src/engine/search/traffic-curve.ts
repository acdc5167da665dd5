import { createMapspace } from "../mapspace/build.ts";
import type { Architecture, StorageLevel, Workload } from "../model/types.ts";
import { ParetoFront } from "../numeric/pareto.ts";
import { PointCosts } from "./costing.ts";

export interface TrafficPoint {
  /** Words that one buffer between the arithmetic and the outermost level must hold. */
  bufferWords: number;
  /** Words read from and written to the outermost level. */
  trafficWords: number;
}

const quiet = {
  instances: 1,
  meshX: 1,
  meshY: 1,
  blockSize: 1,
  clusterSize: 1,
  capacityWords: null,
  multipleBuffering: 1,
  minUtilization: 0,
  leakEnergyPj: 0,
  addressGenerationEnergyPj: 0,
  powerGatedAt: null,
  readNetwork: null,
  fillNetwork: null,
  drainNetwork: null,
  updateNetwork: null,
} as const satisfies Partial<StorageLevel>;

/**
 * The least traffic with the outermost level against the size of one buffer below it, over all perfect tilings and
 * the loop orders that keep one tensor in place (the trade-off of Huang et al., Orojenesis, ISCA 2024). Yields the
 * points so far now and then; the last ones are the result.
 */
export function* trafficCurve(
  architecture: Architecture,
  workload: Workload,
): Generator<TrafficPoint[], TrafficPoint[]> {
  const outermost = architecture.storage[architecture.storage.length - 1];
  const network = {
    ...outermost.inferredNetwork,
    routerEnergyPj: 0,
    wireEnergyPj: 0,
    ingressEnergyPj: 0,
    energyPerHopPj: 0,
  };
  const free = { readEnergyPj: 0, fillEnergyPj: 0, updateEnergyPj: 0 };
  const counted = { readEnergyPj: 1, fillEnergyPj: 1, updateEnergyPj: 1 };
  const two: Architecture = {
    ...architecture,
    networks: [],
    storage: [
      { ...outermost, ...quiet, ...free, name: "buffer", reductionSupported: true, inferredNetwork: network },
      { ...outermost, ...quiet, ...counted, inferredNetwork: network },
    ],
    compute: { ...architecture.compute, instances: 1, meshX: 1, meshY: 1, energyPj: 0 },
  };
  const { mapspace } = createMapspace(two, workload, "pfm");
  if (mapspace === undefined) return [];
  const costs = new PointCosts(mapspace);
  const point = mapspace.createPoint();
  const nd = workload.dimensions.length;
  point.keep.fill((1 << workload.dataSpaces.length) - 1);
  const orders = stationaryOrders(workload);
  for (let d = 0; d < nd; d++) point.orders[d] = d;
  const cost = { energyPj: 0, cycles: 0 };
  const front = new ParetoFront<null>();
  const points = () => front.points.map(({ x, y }) => ({ bufferWords: x, trafficWords: y }));
  let tried = 0;
  for (const _ of mapspace.enumerateFactors(point)) {
    const words = tileWords(workload, (d) => point.factors[nd + d]);
    for (const order of orders) {
      point.orders.set(order, nd);
      costs.cost(point, cost);
      front.add(words, cost.energyPj, () => null);
      if ((++tried & 255) === 0) yield points();
    }
  }
  return points();
}

/** For each data space an order, innermost first, that begins with the loops it does not depend on. */
function stationaryOrders({ dimensions, dataSpaces }: Workload): number[][] {
  return dataSpaces.map(({ ranks }) => {
    const moves = new Set(ranks.flat().map(({ dimension }) => dimension));
    const all = dimensions.map((_, d) => d);
    return [...all.filter((d) => !moves.has(d)), ...all.filter((d) => moves.has(d))];
  });
}

function tileWords({ dataSpaces }: Workload, extent: (dimension: number) => number): number {
  return dataSpaces.reduce(
    (sum, { ranks }) =>
      sum +
      ranks.reduce(
        (words, terms) =>
          words * terms.reduce((size, { dimension, coefficient }) => size + coefficient * (extent(dimension) - 1), 1),
        1,
      ),
    0,
  );
}
