import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type GeometricProgram,
  type Monomial,
  type Posynomial,
  solveGeometricProgram,
} from "../../server/src/engine/numeric/geometric-program.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";

const m = (coefficient: number, ...powers: [number, number][]): Monomial => ({ coefficient, powers });

function optimum(program: GeometricProgram) {
  const outcome = solveGeometricProgram(program);
  assert.equal(outcome.status, "optimal");
  return outcome as Extract<typeof outcome, { status: "optimal" }>;
}

const near = (actual: number, expected: number, relative = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected}`);

test("the arithmetic mean is not below the geometric one: x + 1/x", () => {
  const { x, value } = optimum({
    variables: 1,
    objective: [m(1, [0, 1]), m(1, [0, -1])],
    atMostOne: [],
    equalToOne: [],
  });
  near(value, 2);
  near(x[0], 1, 1e-3);
});

test("the largest box within 12 of wall and floor area is a cube of edge √2 (no lid counted twice)", () => {
  // maximise h·w·d subject to 2(hw + hd + wd) ≤ 12
  const { x, value, multipliers } = optimum({
    variables: 3,
    objective: [m(1, [0, -1], [1, -1], [2, -1])],
    atMostOne: [[m(1 / 6, [0, 1], [1, 1]), m(1 / 6, [0, 1], [2, 1]), m(1 / 6, [1, 1], [2, 1])]],
    equalToOne: [],
  });
  near(value, 2 ** -1.5);
  for (const edge of x) near(edge, Math.SQRT2, 1e-3);
  // Volume grows with area^1.5.
  near(multipliers[0], 1.5, 1e-5);
});

test("equalities between variables are kept exactly", () => {
  // minimise x + y with x·y = 100 and x = 4y
  const { x, value } = optimum({
    variables: 2,
    objective: [m(1, [0, 1]), m(1, [1, 1])],
    atMostOne: [],
    equalToOne: [m(0.01, [0, 1], [1, 1]), m(0.25, [0, 1], [1, -1])],
  });
  near(x[0], 20);
  near(x[1], 5);
  near(value, 25);
});

test("matrix multiplication: the best square tile fills the buffer", () => {
  // traffic 2·N³/b with b² + 2·b ≤ S, N = 1024, S = 1023
  const { x, value } = optimum({
    variables: 1,
    objective: [m(2 * 1024 ** 3, [0, -1])],
    atMostOne: [[m(1 / 1023, [0, 2]), m(2 / 1023, [0, 1])]],
    equalToOne: [],
  });
  near(x[0], 31);
  near(value, (2 * 1024 ** 3) / 31);
});

test("infeasible programs are told apart", () => {
  const program = (limit: number): GeometricProgram => ({
    variables: 2,
    objective: [m(1, [0, 1])],
    atMostOne: [[m(1 / limit, [0, 1]), m(1 / limit, [1, 1])], [m(1, [0, -1], [1, -1])]],
    equalToOne: [],
  });
  assert.equal(solveGeometricProgram(program(1.99)).status, "infeasible");
  near(optimum(program(2.01)).x[0], (2.01 - Math.sqrt(2.01 ** 2 - 4)) / 2, 1e-5);
  const contradiction = { variables: 1, objective: [m(1, [0, 1])], atMostOne: [] };
  assert.equal(
    solveGeometricProgram({ ...contradiction, equalToOne: [m(1, [0, 1]), m(2, [0, 1])] }).status,
    "infeasible",
  );
});

test("constraints that hold with equality only are no reason to give up", () => {
  const { x } = optimum({
    variables: 2,
    objective: [m(1, [1, 1]), m(1, [0, 1], [1, -1])],
    atMostOne: [[m(0.25, [0, 1])], [m(4, [0, -1])]],
    equalToOne: [],
  });
  near(x[0], 4);
  near(x[1], 2, 1e-3);
});

test("unbounded programs are told apart, attained or not", () => {
  const free = { variables: 2, equalToOne: [] };
  assert.equal(solveGeometricProgram({ ...free, objective: [m(1, [0, 1])], atMostOne: [] }).status, "unbounded");
  assert.equal(
    solveGeometricProgram({
      ...free,
      objective: [m(1, [0, -1]), m(1, [1, -1])],
      atMostOne: [[m(1, [0, 1], [1, -2])]],
    }).status,
    "unbounded",
  );
});

/** Logarithm of a posynomial and the weights of its terms, at logarithms y. */
function logValue(f: Posynomial, y: readonly number[]): { value: number; weights: number[] } {
  const logs = f.map((t) => Math.log(t.coefficient) + t.powers.reduce((sum, [j, p]) => sum + p * y[j], 0));
  const most = Math.max(...logs);
  const total = logs.reduce((sum, l) => sum + Math.exp(l - most), 0);
  return { value: most + Math.log(total), weights: logs.map((l) => Math.exp(l - most) / total) };
}

/** Part of a gradient outside the span of the equalities' rows: Gram–Schmidt, twice for accuracy. */
function outsideOf(rows: number[][], gradient: number[]): number[] {
  const orthogonal: number[][] = [];
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, j) => sum + x * b[j], 0);
  const subtract = (from: number[]) => {
    let rest = [...from];
    for (let twice = 0; twice < 2; twice++) {
      for (const unit of orthogonal) {
        const along = dot(rest, unit);
        rest = rest.map((x, j) => x - along * unit[j]);
      }
    }
    return rest;
  };
  for (const row of rows) {
    const rest = subtract(row);
    const size = Math.sqrt(dot(rest, rest));
    if (size > 1e-9) orthogonal.push(rest.map((x) => x / size));
  }
  return subtract(gradient);
}

/** A bounded, feasible program: x = `inside` satisfies everything. */
function randomProgram(random: Prng): GeometricProgram {
  const variables = 2 + random.below(24);
  const inside = Array.from({ length: variables }, () => Math.exp(4 * random.next() - 2));
  const monomial = (): Monomial => {
    const powers = new Map<number, number>();
    for (let i = 0; i < 1 + random.below(4); i++)
      powers.set(random.below(variables), Math.round(8 * random.next() - 4) / 2);
    return { coefficient: Math.exp(4 * random.next() - 2), powers: [...powers] };
  };
  const posynomial = () => Array.from({ length: 1 + random.below(5) }, monomial);
  const at = (f: Posynomial) => Math.exp(logValue(f, inside.map(Math.log)).value);
  const scaled = (f: Posynomial, by: number) => f.map((t) => ({ ...t, coefficient: t.coefficient * by }));
  const atMostOne: Posynomial[] = Array.from({ length: random.below(8) }, () => {
    const f = posynomial();
    return scaled(f, (0.1 + 0.85 * random.next()) / at(f));
  });
  for (let j = 0; j < variables; j++) {
    atMostOne.push([m(1 / (8 * inside[j]), [j, 1])], [m(inside[j] / 8, [j, -1])]);
  }
  const equalToOne = Array.from({ length: random.below(Math.max(1, variables - 1)) % 4 }, () => {
    const f = monomial();
    return { ...f, coefficient: f.coefficient / at([f]) };
  });
  return { variables, objective: posynomial(), atMostOne, equalToOne };
}

test("random programs: feasible, stationary, complementary, and closed by the dual", () => {
  const random = new Prng(7);
  for (let round = 0; round < 150; round++) {
    const program = randomProgram(random);
    const { x, value, bound, multipliers } = optimum(program);
    const y = Array.from(x, Math.log);
    assert.ok(bound <= value && value - bound <= 1e-6 * value);
    for (const equality of program.equalToOne) assert.ok(Math.abs(logValue([equality], y).value) <= 1e-8);
    const objective = logValue(program.objective, y);
    near(value, Math.exp(objective.value), 1e-9);
    const gradient: number[] = new Array(program.variables).fill(0);
    // The dual: Σ ν·(b − log(ν/λ)), each function's term weights times its multiplier.
    let dual = 0;
    const add = (f: Posynomial, { weights }: { weights: number[] }, multiplier: number) => {
      f.forEach((term, k) => {
        for (const [j, power] of term.powers) gradient[j] += multiplier * weights[k] * power;
        if (weights[k] > 0) dual += multiplier * weights[k] * (Math.log(term.coefficient) - Math.log(weights[k]));
      });
    };
    add(program.objective, objective, 1);
    program.atMostOne.forEach((f, i) => {
      const own = logValue(f, y);
      assert.ok(own.value <= 1e-12, `constraint ${i} is broken by ${own.value}`);
      assert.ok(multipliers[i] >= 0);
      assert.ok(multipliers[i] * -own.value <= 1e-6);
      add(f, own, multipliers[i]);
    });
    const rows = program.equalToOne.map((e) => {
      const row: number[] = new Array(program.variables).fill(0);
      for (const [j, power] of e.powers) row[j] += power;
      return row;
    });
    const residual = outsideOf(rows, gradient);
    assert.ok(
      Math.max(...residual.map(Math.abs)) <= 1e-6,
      `round ${round}: residual ${Math.max(...residual.map(Math.abs))}`,
    );
    // Multipliers of the equalities close the dual exactly: what is left of the gradient there pays for their constants.
    const along = gradient.map((g, j) => g - residual[j]);
    const equalities = along.reduce((sum, g, j) => sum + g * y[j], 0);
    assert.ok(
      Math.abs(objective.value - (dual + equalities)) <= 1e-6,
      `round ${round}: gap ${objective.value - dual - equalities}`,
    );
  }
});

/** A program with variables that nothing else bounds: powers small, everything satisfied at x = 1. */
function openProgram(random: Prng): GeometricProgram {
  const variables = 2 + random.below(8);
  const monomial = (): Monomial =>
    m(
      0.05 + 0.1 * random.next(),
      ...Array.from({ length: 3 }, (): [number, number] => [random.below(variables), random.below(5) - 2]),
    );
  const posynomial = () => Array.from({ length: 1 + random.below(3) }, monomial);
  return {
    variables,
    objective: posynomial(),
    atMostOne: Array.from({ length: random.below(6) }, posynomial),
    equalToOne: [],
  };
}

test("random programs that a pair of constraints makes infeasible, by little or much, are told apart", () => {
  const random = new Prng(31);
  for (let round = 0; round < 80; round++) {
    const program = randomProgram(random);
    // A posynomial at most 1, and its dearest term at least a little more.
    const f = program.atMostOne[random.below(program.atMostOne.length)];
    const term = f[random.below(f.length)];
    const excess = [1.0001, 1.1, 30][round % 3];
    const more = {
      coefficient: excess / term.coefficient,
      powers: term.powers.map(([j, p]): [number, number] => [j, -p]),
    };
    if (term.powers.every(([, p]) => p === 0)) continue;
    const outcome = solveGeometricProgram({ ...program, atMostOne: [...program.atMostOne, [more]] });
    assert.equal(outcome.status, "infeasible", `round ${round}, excess ${excess}`);
  }
});

test("random programs with a direction in which the objective vanishes are told apart", () => {
  const random = new Prng(32);
  for (let round = 0; round < 80; round++) {
    const program = openProgram(random);
    const direction = Array.from({ length: program.variables }, () => random.below(7) - 3);
    if (direction.every((d) => d === 0)) continue;
    const along = ({ powers }: Monomial) => powers.reduce((sum, [j, p]) => sum + p * direction[j], 0);
    // Turned so that no constraint grows along the direction and every term of the objective falls.
    const turned = (term: Monomial, down: boolean): Monomial => {
      const powers: [number, number][] = term.powers.map(([j, p]) => [j, along(term) > 0 ? -p : p]);
      if (!down || along(term) !== 0) return { ...term, powers };
      const j = direction.findIndex((d) => d !== 0);
      return { ...term, powers: [...powers, [j, -Math.sign(direction[j])]] };
    };
    const outcome = solveGeometricProgram({
      ...program,
      objective: program.objective.map((term) => turned(term, true)),
      atMostOne: program.atMostOne.map((f) => f.map((term) => turned(term, false))),
    });
    assert.equal(outcome.status, "unbounded", `round ${round}`);
  }
});

test("within a range the bound is below every feasible point, however early the solver stops", () => {
  const random = new Prng(33);
  for (let round = 0; round < 60; round++) {
    const program = randomProgram(random);
    const { x, value } = optimum(program);
    const range = { low: x.map((at) => at / 10), high: x.map((at) => at * 10) };
    for (const gap of [1, 1e-2, 1e-6]) {
      const coarse = solveGeometricProgram(program, { gap, range });
      assert.equal(coarse.status, "optimal");
      if (coarse.status !== "optimal") continue;
      assert.ok(coarse.bound <= value * (1 + 1e-9) && coarse.bound > 0, `${coarse.bound} above ${value}`);
      if (gap === 1e-6) near(coarse.bound, value, 1e-4);
    }
    const stopped = solveGeometricProgram(program, { range, tooMuch: value / 2 });
    assert.equal(stopped.status, "above");
    assert.ok(stopped.status === "above" && stopped.bound > value / 2 && stopped.bound <= value * (1 + 1e-9));
    // A range without the optimum: then the bound is of the points in it, no less than before.
    const away = solveGeometricProgram(program, { range: { low: x.map((at) => at * 2), high: x.map((at) => at * 4) } });
    if (away.status === "optimal") assert.ok(away.bound >= value * (1 - 1e-4));
  }
});
