import { factorCholesky, solveCholesky } from "../../numeric/cholesky.ts";
import { Prng } from "../../numeric/prng.ts";
import { analyticalAt, cyclesFeatures } from "./features.ts";
import { type LatencyModelFile, latencyModelVersion, type MachineStamp } from "./latency-model.ts";
import { Network, train } from "./network.ts";
import { quality } from "./quality.ts";
import { fitReach } from "./reach.ts";
import { Residual, type ResidualFile } from "./residual.ts";

/** Measured mappings: one row of features each. */
export interface Measurements {
  features: readonly Float64Array[];
  /** log(measured cycles). */
  measured: Float64Array;
  /** Which layer each row belongs to: rows of one layer are held out together. */
  layers: Int32Array;
}

export interface FitSettings {
  seed: number;
  /** Hidden units of the network. */
  hidden?: readonly number[];
  epochs?: number;
  members?: number;
  folds?: number;
}

/** What the learned part predicts: all of log(cycles), or what the analytical model leaves. */
export type Target = "residual" | "all";

interface Scaled {
  used: number[];
  centre: number[];
  spread: number[];
  targetCentre: number;
  targetSpread: number;
  inputs: Float64Array;
  targets: Float64Array;
}

const defaults = { hidden: [32, 32], epochs: 40, members: 3, folds: 5 };

/**
 * Fits a linear model and a network to log(measured / analytical) and keeps the one whose error on layers it has not
 * seen is smaller (Hong et al., DOSA, MICRO 2023, sec. 6.5: the residual of the analytical model is learned).
 */
export function fitLatencyModel(
  data: Measurements,
  machine: MachineStamp,
  dimensions: readonly string[],
  settings: FitSettings,
): LatencyModelFile {
  const all = Array.from(data.measured, (_, i) => i);
  const { seed, members = defaults.members } = settings;
  const folds = foldsByLayer(data, settings.folds ?? defaults.folds, seed);
  const heldOut = (kind: LatencyModelFile["kind"]) => {
    const predicted = new Float64Array(data.measured.length);
    folds.forEach((held, fold) => {
      const rest = all.filter((i) => !held.has(i));
      const test = all.filter((i) => held.has(i));
      const found = predictHeldOut(data, rest, test, kind, "residual", { ...settings, members: 1, seed: seed + fold });
      test.forEach((i, j) => {
        predicted[i] = found[j];
      });
    });
    return quality(predicted, data.measured);
  };
  const linear = heldOut("linear");
  const network = heldOut("network");
  const kind = network.logError < linear.logError ? "network" : "linear";
  const analytical = quality(
    data.features.map((x) => x[analyticalAt]),
    data.measured,
  );
  return {
    mapspaceLatencyModel: latencyModelVersion,
    machine,
    dimensions,
    kind,
    samples: data.measured.length,
    layers: new Set(data.layers).size,
    ...fitResidual(data, all, kind, { ...settings, members }),
    validation: { analytical, learned: kind === "network" ? network : linear, linear, network },
  };
}

function fitResidual(
  data: Measurements,
  rows: readonly number[],
  kind: LatencyModelFile["kind"],
  settings: FitSettings,
): ResidualFile {
  const scaled = scale(data, rows, "residual");
  const { used, centre, spread, targetCentre, targetSpread, inputs, targets } = scaled;
  const first = data.features[rows[0]];
  return {
    used,
    centre,
    spread,
    targetCentre,
    targetSpread,
    least: targetCentre + targetSpread * targets.reduce((a, b) => Math.min(a, b)),
    most: targetCentre + targetSpread * targets.reduce((a, b) => Math.max(a, b)),
    reach: fitReach(
      inputs,
      used.length,
      Array.from(first).filter((_, i) => !used.includes(i)),
    ),
    members: fitMembers(scaled, kind, settings).map(({ sizes, weights }) => ({
      sizes,
      weights: Array.from(weights, rounded),
    })),
  };
}

/** Predictions of log(cycles) for rows `test` by a model that saw rows `rest` only. */
export function predictHeldOut(
  data: Measurements,
  rest: readonly number[],
  test: readonly number[],
  kind: LatencyModelFile["kind"],
  target: Target,
  settings: FitSettings,
): Float64Array {
  if (target === "residual") {
    const learned = new Residual(fitResidual(data, rest, kind, settings));
    return Float64Array.from(test, (i) => data.features[i][analyticalAt] + learned.at(data.features[i]).value);
  }
  const scaled = scale(data, rest, target);
  const members = fitMembers(scaled, kind, settings);
  const x = new Float64Array(scaled.used.length);
  return Float64Array.from(test, (i) => {
    const row = data.features[i];
    for (let k = 0; k < x.length; k++) x[k] = (row[scaled.used[k]] - scaled.centre[k]) / scaled.spread[k];
    const mean = members.reduce((sum, member) => sum + member.value(x), 0) / members.length;
    return scaled.targetCentre + scaled.targetSpread * mean;
  });
}

function fitMembers(scaled: Scaled, kind: LatencyModelFile["kind"], settings: FitSettings): Network[] {
  const inputs = scaled.used.length;
  if (kind === "linear") return [ridge(scaled, inputs)];
  const { hidden = defaults.hidden, epochs = defaults.epochs, members = defaults.members, seed } = settings;
  return Array.from({ length: members }, (_, k) => {
    const random = new Prng(seed, k + 1);
    const network = new Network([inputs, ...hidden]);
    network.initialise(random);
    train(network, scaled.inputs, scaled.targets, { random, epochs, batch: 32, rate: 3e-3, decay: 0.03 });
    return network;
  });
}

/** Strength of the pull towards 0, per sample. */
const ridgeStrength = 0.01;

function ridge({ inputs, targets }: Scaled, width: number): Network {
  const a = new Float64Array(width * width);
  const b = new Float64Array(width);
  for (let i = 0; i < targets.length; i++) {
    for (let r = 0; r < width; r++) {
      const x = inputs[i * width + r];
      b[r] += x * targets[i];
      for (let c = 0; c <= r; c++) a[r * width + c] += x * inputs[i * width + c];
    }
  }
  for (let r = 0; r < width; r++) a[r * width + r] += ridgeStrength * targets.length;
  factorCholesky(a, width, 1e-9);
  solveCholesky(a, width, b);
  return new Network([width], Float64Array.from([...b, 0]));
}

/** For a prediction without the analytical model, its cycles (the first features) are left out. */
function scale({ features, measured }: Measurements, rows: readonly number[], target: Target): Scaled {
  const first = target === "residual" ? 0 : cyclesFeatures;
  const used: number[] = [];
  const centre: number[] = [];
  const spread: number[] = [];
  for (let c = first; c < features[0].length; c++) {
    const mean = rows.reduce((sum, i) => sum + features[i][c], 0) / rows.length;
    const variance = rows.reduce((sum, i) => sum + (features[i][c] - mean) ** 2, 0) / rows.length;
    if (variance < 1e-9) continue;
    used.push(c);
    centre.push(mean);
    spread.push(Math.sqrt(variance));
  }
  const wanted = (i: number) => measured[i] - (target === "residual" ? features[i][analyticalAt] : 0);
  const targetCentre = rows.reduce((sum, i) => sum + wanted(i), 0) / rows.length;
  const targetSpread = Math.sqrt(rows.reduce((sum, i) => sum + (wanted(i) - targetCentre) ** 2, 0) / rows.length) || 1;
  const inputs = new Float64Array(rows.length * used.length);
  rows.forEach((i, r) => {
    for (let k = 0; k < used.length; k++) inputs[r * used.length + k] = (features[i][used[k]] - centre[k]) / spread[k];
  });
  const targets = Float64Array.from(rows, (i) => (wanted(i) - targetCentre) / targetSpread);
  return { used, centre, spread, targetCentre, targetSpread, inputs, targets };
}

/** Rows of each fold; all rows of a layer are in one. */
export function foldsByLayer({ layers }: Measurements, count: number, seed: number): Set<number>[] {
  const random = new Prng(seed, 1000);
  const distinct = [...new Set(layers)];
  for (let i = distinct.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [distinct[i], distinct[j]] = [distinct[j], distinct[i]];
  }
  const folds = Array.from({ length: Math.min(count, distinct.length) }, () => new Set<number>());
  const foldOf = new Map(distinct.map((layer, i) => [layer, i % folds.length]));
  layers.forEach((layer, i) => {
    folds[foldOf.get(layer)!].add(i);
  });
  return folds;
}

/** Seven digits are more than the data know, and keep files small. */
const rounded = (x: number) => Number(x.toPrecision(7));
