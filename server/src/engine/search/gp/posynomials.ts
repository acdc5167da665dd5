import type { Monomial, Posynomial } from "../../numeric/geometric-program.ts";

export const constant = (coefficient: number): Posynomial => [{ coefficient, powers: [] }];
export const variable = (index: number, power = 1): Posynomial => [{ coefficient: 1, powers: [[index, power]] }];

export function times(...factors: readonly Posynomial[]): Posynomial {
  let product = one;
  for (const factor of factors) {
    if (isOne(factor)) continue;
    if (product === one) product = factor;
    else if (product.length === 1 && factor.length === 1) product = [multiplied(product[0], factor[0])];
    else {
      const left: Posynomial = product;
      product = left.flatMap((a) => factor.map((b) => multiplied(a, b)));
    }
  }
  return product;
}

const one = constant(1);
const isOne = (f: Posynomial) => f.length === 1 && f[0].coefficient === 1 && f[0].powers.length === 0;

/** Sum; terms of equal powers become one, terms of coefficient 0 none. */
export function plus(...addends: readonly Posynomial[]): Posynomial {
  const terms: Monomial[] = [];
  const places = new Map<string, number>();
  for (const addend of addends) {
    for (const term of addend) {
      if (!(term.coefficient > 0)) continue;
      let key = "";
      for (const [j, p] of term.powers) key += `${j}^${p},`;
      const at = places.get(key);
      if (at === undefined) {
        places.set(key, terms.length);
        terms.push(term);
      } else terms[at] = { coefficient: terms[at].coefficient + term.coefficient, powers: term.powers };
    }
  }
  return terms;
}

export function scaled(f: Posynomial, by: number): Posynomial {
  return by > 0 ? f.map((term) => ({ ...term, coefficient: term.coefficient * by })) : [];
}

/** 1 / f for a monomial. */
export const inverse = (f: Posynomial): Posynomial => power(f, -1);

/** A monomial to a power. */
export function power(f: Posynomial, exponent: number): Posynomial {
  return f.map(({ coefficient, powers }) => ({
    coefficient: coefficient ** exponent,
    powers: powers.map(([j, p]): [number, number] => [j, p * exponent]),
  }));
}

export function valueAt(f: Posynomial, x: ArrayLike<number>): number {
  return f.reduce((sum, { coefficient, powers }) => powers.reduce((m, [j, p]) => m * x[j] ** p, coefficient) + sum, 0);
}

/** Powers are kept sorted by variable. */
function multiplied(a: Monomial, b: Monomial): Monomial {
  const coefficient = a.coefficient * b.coefficient;
  if (b.powers.length === 0) return { coefficient, powers: a.powers };
  if (a.powers.length === 0) return { coefficient, powers: b.powers };
  const powers: (readonly [number, number])[] = [];
  let i = 0;
  let j = 0;
  while (i < a.powers.length || j < b.powers.length) {
    const left = i < a.powers.length ? a.powers[i][0] : Number.POSITIVE_INFINITY;
    const right = j < b.powers.length ? b.powers[j][0] : Number.POSITIVE_INFINITY;
    if (left < right) powers.push(a.powers[i++]);
    else if (right < left) powers.push(b.powers[j++]);
    else {
      const power = a.powers[i++][1] + b.powers[j++][1];
      if (power !== 0) powers.push([left, power]);
    }
  }
  return { coefficient, powers };
}
