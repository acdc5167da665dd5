import { copyPoint, type MapspacePoint } from "../../mapspace/point.ts";
import type { LayerRecord, Network, NetworkCost } from "./network.ts";

/** One mapping per layer with what they need together. */
export class NetworkDesign {
  readonly points: MapspacePoint[];
  readonly records: LayerRecord[];
  readonly cost: NetworkCost = { energyPj: 0, cycles: 0, value: Number.POSITIVE_INFINITY };
  private readonly network: Network;

  constructor(network: Network) {
    this.network = network;
    this.points = network.layers.map(({ mapspace }) => mapspace.createPoint());
    this.records = network.layers.map(() => network.emptyRecord());
  }

  /** Costs all layers anew. */
  refresh(): void {
    this.points.forEach((point, i) => {
      this.network.record(i, point, this.records[i]);
    });
    this.network.cost(this.records, this.cost);
  }

  /** Sum of what exceeds the hardware. */
  get excess(): number {
    return this.records.reduce((sum, record) => sum + record.excess, 0);
  }

  copyFrom(other: NetworkDesign): void {
    this.points.forEach((point, i) => {
      copyPoint(other.points[i], point);
      copyRecord(other.records[i], this.records[i]);
    });
    Object.assign(this.cost, other.cost);
  }
}

export function copyRecord(from: LayerRecord, to: LayerRecord): void {
  to.excess = from.excess;
  to.operationCycles = from.operationCycles;
  to.latencyRatio = from.latencyRatio;
  to.otherPj = from.otherPj;
  to.busyCycles.set(from.busyCycles);
  to.reads.set(from.reads);
  to.fills.set(from.fills);
  to.updates.set(from.updates);
  to.leaking.set(from.leaking);
  to.neededWords.set(from.neededWords);
  to.sides.set(from.sides);
}
