import type { MapspacePoint } from "../../mapspace/point.ts";
import { divisors } from "../../numeric/divisors.ts";
import type { NetworkDesign } from "./design.ts";
import type { LayerRecord, Network, NetworkCost } from "./network.ts";
import type { FactorVariable, LayerVariables } from "./variables.ts";

const known = new Map<number, readonly number[]>();

function divisorsOf(n: number): readonly number[] {
  let list = known.get(n);
  if (list === undefined) {
    list = divisors(n);
    known.set(n, list);
  }
  return list;
}

/** From real factors to divisors, all spatial ones first, then inner to outer; the implied factor takes what remains. */
export class Rounding {
  private readonly network: Network;
  private readonly variables: readonly LayerVariables[];
  private readonly record: LayerRecord;
  private readonly cost: NetworkCost = { energyPj: 0, cycles: 0, value: 0 };
  private readonly ordered: readonly (readonly FactorVariable[])[];

  constructor(network: Network, variables: readonly LayerVariables[]) {
    this.network = network;
    this.variables = variables;
    this.record = network.emptyRecord();
    this.ordered = variables.map(({ free }, i) => {
      const kind = ({ slot }: FactorVariable) => Math.floor(slot / network.relaxed[i].dimensions) % 2;
      return [...free].sort((a, b) => kind(a) - kind(b) || a.slot - b.slot);
    });
  }

  /** Evaluations that `lookingAhead` takes at most for all layers. */
  get lookingAheadEvaluations(): number {
    return this.ordered.reduce((sum, list) => sum + 2 * list.length, 0);
  }

  /** Each factor to the nearest divisor of what remains (DOSA, Sec. 5.3). */
  nearest(index: number, factors: Float64Array, point: MapspacePoint): void {
    this.complete(index, factors, point, new Map());
  }

  /**
   * Each factor in turn to the divisor below or above it, whichever costs less by the reference model once the
   * factors after it are rounded to the nearest.
   */
  lookingAhead(index: number, factors: Float64Array, design: NetworkDesign): void {
    const point = design.points[index];
    const chosen = new Map<number, number>();
    for (const variable of this.ordered[index]) {
      const rest = this.remaining(index, variable, chosen);
      const candidates = around(divisorsOf(rest), factors[variable.slot], variable);
      let best = candidates[0];
      if (candidates.length > 1) {
        let excess = Number.POSITIVE_INFINITY;
        let value = Number.POSITIVE_INFINITY;
        for (const candidate of candidates) {
          chosen.set(variable.slot, candidate);
          this.complete(index, factors, point, chosen);
          this.network.record(index, point, this.record);
          this.network.cost(design.records, this.cost, index, this.record);
          if (this.record.excess < excess || (this.record.excess === excess && this.cost.value < value)) {
            excess = this.record.excess;
            value = this.cost.value;
            best = candidate;
          }
        }
      }
      chosen.set(variable.slot, best);
    }
    this.complete(index, factors, point, chosen);
  }

  /** Passes of the variable's dimension that the chosen and given factors leave. */
  private remaining(index: number, variable: FactorVariable, chosen: ReadonlyMap<number, number>): number {
    const nd = this.network.relaxed[index].dimensions;
    let rest = this.openBound(index, variable.dimension);
    for (const [slot, factor] of chosen) if (slot % nd === variable.dimension) rest /= factor;
    return rest;
  }

  private openBound(index: number, dimension: number): number {
    const layer = this.network.relaxed[index];
    let bound = layer.workload.dimensions[dimension].bound;
    for (const { slot, factor } of this.variables[index].fixed)
      if (slot % layer.dimensions === dimension) bound /= factor;
    return bound;
  }

  private complete(
    index: number,
    factors: Float64Array,
    point: MapspacePoint,
    chosen: ReadonlyMap<number, number>,
  ): void {
    point.factors.fill(1);
    for (const { slot, factor } of this.variables[index].fixed) point.factors[slot] = factor;
    for (const { slot, dimension } of this.variables[index].implied)
      point.factors[slot] = this.openBound(index, dimension);
    for (const variable of this.ordered[index]) {
      const rest = point.factors[variable.implied];
      const factor = chosen.get(variable.slot) ?? nearestDivisor(divisorsOf(rest), factors[variable.slot], variable);
      point.factors[variable.slot] = factor;
      point.factors[variable.implied] = rest / factor;
    }
    point.residuals.set(point.factors);
  }
}

function nearestDivisor(list: readonly number[], factor: number, { min, max }: FactorVariable): number {
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (const d of list) {
    const away = Math.abs(d - factor);
    if (d >= min && d <= max && away < least) {
      least = away;
      best = d;
    }
  }
  return best;
}

/** The divisors next to a factor, below and above. */
function around(list: readonly number[], factor: number, { min, max }: FactorVariable): number[] {
  let below = 0;
  let above = 0;
  for (const d of list) {
    if (d < min || d > max) continue;
    if (d <= factor) below = d;
    else if (above === 0) above = d;
  }
  const found = [below, above].filter((d) => d > 0);
  return found.length > 0 ? found : [1];
}
