import { copyPoint } from "../../mapspace/point.ts";
import type { HardwareSizes } from "../../model/relaxed/hardware.ts";
import { copyRecord, NetworkDesign } from "../gradient/design.ts";
import type { LayerRecord, Network } from "../gradient/network.ts";

/** Keeps the best mapping of each layer on hardware of given sizes. */
export class MappingSampler {
  readonly best: NetworkDesign;
  private readonly trial: NetworkDesign;
  private readonly values: Float64Array;
  private readonly record: LayerRecord;
  private readonly network: Network;
  private readonly sizes: HardwareSizes;

  constructor(network: Network, sizes: HardwareSizes) {
    this.network = network;
    this.sizes = sizes;
    this.best = new NetworkDesign(network);
    this.trial = new NetworkDesign(network);
    this.values = new Float64Array(network.layers.length).fill(Number.POSITIVE_INFINITY);
    this.record = network.emptyRecord();
  }

  /** Best value of a layer so far. */
  value(index: number): number {
    return this.values[index];
  }

  /** Costs the mapping that `draw` puts into the design's layer; its value, `null` where it found none. */
  tryMapping(index: number, draw: (design: NetworkDesign) => boolean): number | null {
    if (!draw(this.trial)) {
      this.network.evaluations++;
      return null;
    }
    this.network.record(index, this.trial.points[index], this.record);
    const value = this.network.layerValue(index, this.record, this.sizes);
    if (value < this.values[index]) {
      this.values[index] = value;
      copyPoint(this.trial.points[index], this.best.points[index]);
      copyRecord(this.record, this.best.records[index]);
    }
    return value;
  }
}
