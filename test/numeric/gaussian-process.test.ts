import assert from "node:assert/strict";
import { test } from "node:test";
import { minimiseBounded } from "../../server/src/engine/numeric/bounded-minimum.ts";
import {
  fitGaussianProcess,
  GaussianProcess,
  negativeLogLikelihood,
} from "../../server/src/engine/numeric/gaussian-process.ts";
import { type KernelShape, matern, parameterCount } from "../../server/src/engine/numeric/kernel.ts";
import { logExpectedImprovement, normalProbability } from "../../server/src/engine/numeric/normal.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { sobolIndices } from "../../server/src/engine/numeric/sobol.ts";

const near = (actual: number, expected: number, tolerance = 1e-9) =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} is not near ${expected}`,
  );

function shape(dimensions: number, tasks = 1): KernelShape {
  return { lengthOf: Int32Array.from({ length: dimensions }, (_, i) => i), lengths: dimensions, tasks };
}

function draws(n: number, d: number, tasks: number, seed: number) {
  const random = new Prng(seed);
  const inputs = Float64Array.from({ length: n * d }, () => random.next());
  const values = Float64Array.from({ length: n }, (_, i) => Math.sin(5 * inputs[i * d]) + 0.3 * random.next());
  return { inputs, values, tasks: Int32Array.from({ length: n }, (_, i) => i % tasks) };
}

test("two observations: mean and deviation in closed form", () => {
  // Covariance [[s, c], [c, s]] with s = 2 + noise and c = 2·k(½ / length); by symmetry the profiled mean is the average.
  const parameters = Float64Array.of(Math.log(0.7), Math.log(2), Math.log(0.1));
  const data = { inputs: Float64Array.of(0.2, 0.7), values: Float64Array.of(1, 4), tasks: new Int32Array(2) };
  const process = new GaussianProcess(shape(1), parameters, data);
  near(process.level, 2.5);
  const k = (distance: number) => 2 * matern((distance / 0.7) ** 2);
  const s = 2.1;
  const c = k(0.5);
  const [k1, k2] = [k(0.1), k(0.4)];
  const determinant = s * s - c * c;
  const { mean, deviation } = process.predict(Float64Array.of(0.3));
  near(mean, 2.5 + (k1 * (s * -1.5 - c * 1.5) + k2 * (s * 1.5 + c * 1.5)) / determinant);
  near(deviation ** 2, 2 - (s * (k1 * k1 + k2 * k2) - 2 * c * k1 * k2) / determinant);
});

test("without noise the process passes through its observations", () => {
  const data = draws(12, 2, 1, 4);
  const process = new GaussianProcess(shape(2), Float64Array.of(-1, -1, 0.4, Math.log(1e-10)), data, 3);
  for (let i = 0; i < 12; i++) {
    const { mean, deviation } = process.predict(data.inputs.subarray(2 * i, 2 * i + 2));
    near(mean, data.values[i], 1e-6);
    assert.ok(deviation < 1e-3);
  }
  const longer = process.with(Float64Array.of(0.5, 0.5), 9);
  near(longer.mean(Float64Array.of(0.5, 0.5)), 9, 1e-6);
});

test("gradient of the likelihood equals its difference quotient, with one task and with three", () => {
  for (const tasks of [1, 3]) {
    const own = shape(3, tasks);
    own.lengthOf[2] = 1;
    own.lengths = 2;
    const data = draws(14, 3, tasks, 9);
    const random = new Prng(5);
    const at = Float64Array.from({ length: parameterCount(own) }, () => random.next() - 0.7);
    const gradient = new Float64Array(at.length);
    negativeLogLikelihood(own, at, data, gradient);
    for (let i = 0; i < at.length; i++) {
      const value = (step: number) => {
        const moved = at.slice();
        moved[i] += step;
        return negativeLogLikelihood(own, moved, data, new Float64Array(at.length));
      };
      near(gradient[i], (value(1e-5) - value(-1e-5)) / 2e-5, 1e-5);
    }
  }
});

test("fitted lengths tell the coordinate that matters from the one that does not", () => {
  const random = new Prng(3);
  const inputs = Float64Array.from({ length: 80 }, () => random.next());
  const values = Float64Array.from({ length: 40 }, (_, i) => Math.sin(6 * inputs[2 * i]));
  const process = fitGaussianProcess(shape(2), { inputs, values, tasks: new Int32Array(40) }, { random, starts: 2 });
  assert.ok(process.parameters[1] > process.parameters[0] + 1);
  for (let i = 0; i < 20; i++) {
    const x = Float64Array.of(0.1 + 0.8 * random.next(), random.next());
    near(process.mean(x), Math.sin(6 * x[0]), 0.02);
  }
});

test("a task with three observations learns its shape from a task with many", () => {
  const random = new Prng(8);
  const f = (x: number) => Math.sin(7 * x) + x;
  const many = Array.from({ length: 20 }, (_, i) => i / 19);
  const inputs = Float64Array.from([...many, 0.1, 0.45, 0.9]);
  const tasks = Int32Array.from(inputs, (_, i) => (i < 20 ? 0 : 1));
  const values = Float64Array.from(inputs, (x, i) => (i < 20 ? f(x) : 4 + 0.9 * f(x)));
  const data = { inputs, values, tasks };
  const together = fitGaussianProcess(shape(1, 2), data, { random, starts: 3 });
  const few = { inputs: inputs.slice(20), values: values.slice(20), tasks: new Int32Array(3) };
  const alone = fitGaussianProcess(shape(1), few, { random, starts: 3 });
  const error = (mean: (x: Float64Array) => number) =>
    Math.max(...[0.2, 0.3, 0.6, 0.7, 0.8].map((x) => Math.abs(mean(Float64Array.of(x)) - 4 - 0.9 * f(x))));
  assert.ok(error((x) => together.mean(x, 1)) < 0.2);
  assert.ok(error((x) => alone.mean(x)) > 0.5);
});

test("bounded minimum: Rosenbrock's valley inside the box, a corner where the box cuts it off", () => {
  const f = (x: Float64Array, g: Float64Array) => {
    const bend = x[1] - x[0] * x[0];
    g[0] = -400 * x[0] * bend - 2 * (1 - x[0]);
    g[1] = 200 * bend;
    return 100 * bend * bend + (1 - x[0]) ** 2;
  };
  const x = Float64Array.of(-1.2, 1);
  const options = { iterations: 200, tolerance: 1e-9 };
  near(minimiseBounded(f, x, Float64Array.of(-2, -2), Float64Array.of(2, 2), options), 0, 1e-10);
  near(x[0], 1, 1e-5);
  const cut = Float64Array.of(-1.2, 1);
  minimiseBounded(f, cut, Float64Array.of(-2, -2), Float64Array.of(0.5, 2), options);
  near(cut[0], 0.5);
  near(cut[1], 0.25, 1e-6);
});

test("normal probabilities and expected improvement", () => {
  near(normalProbability(0), 0.5);
  near(normalProbability(1.959963984540054), 0.975, 1e-12);
  near(normalProbability(-6) / 9.865876450376946e-10, 1, 1e-10);
  near(Math.exp(logExpectedImprovement(0, 1, 0)), 1 / Math.sqrt(2 * Math.PI), 1e-12);
  near(Math.exp(logExpectedImprovement(2, 0, 5)), 3, 1e-12);
  // Continuous where the formulas meet.
  for (const z of [3, 20]) {
    near(logExpectedImprovement(z - 1e-9, 1, 0), logExpectedImprovement(z + 1e-9, 1, 0), 1e-6);
  }
  // Against the mean of max(0, best − x) over a fine grid.
  const [mean, deviation, best] = [1.3, 0.6, 1];
  let sum = 0;
  const step = 1e-4;
  for (let x = mean - 9 * deviation; x < best; x += step) {
    const z = (x - mean) / deviation;
    sum += ((best - x) * Math.exp(-0.5 * z * z) * step) / (deviation * Math.sqrt(2 * Math.PI));
  }
  near(Math.exp(logExpectedImprovement(mean, deviation, best)), sum, 1e-4);
});

test("Sobol indices of Ishigami's function", () => {
  const [a, b] = [7, 0.1];
  const random = new Prng(1);
  const f = (x: Float64Array) => Math.sin(x[0]) + a * Math.sin(x[1]) ** 2 + b * x[2] ** 4 * Math.sin(x[0]);
  const draw = (x: Float64Array) => {
    for (let i = 0; i < 3; i++) x[i] = Math.PI * (2 * random.next() - 1);
  };
  const { first, total, variance } = sobolIndices(f, [[0], [1], [2]], draw, 3, 40_000);
  const v1 = 0.5 * (1 + (b * Math.PI ** 4) / 5) ** 2;
  const v2 = (a * a) / 8;
  const v13 = (b * b * Math.PI ** 8 * 8) / 225;
  const all = v1 + v2 + v13;
  near(variance, all, 0.02);
  [v1, v2, 0].forEach((v, i) => {
    near(first[i], v / all, 0.02);
  });
  [v1 + v13, v2, v13].forEach((v, i) => {
    near(total[i], v / all, 0.02);
  });
});
