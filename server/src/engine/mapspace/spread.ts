import type { Prng } from "../numeric/prng.ts";
import type { Profile } from "./chains.ts";
import type { SpaceRules } from "./rules.ts";

/** Choices of one dimension in one state: which profiles fit, where they lead, and their weights. */
interface Choices {
  profiles: Int32Array;
  next: Int32Array;
  total: number;
  /** Running sum of the weights, profile and next state of each choice: what a draw looks at lies close together. */
  draws: Float64Array;
  /** By equal shares of the total: where in `draws` the first choice is that reaches into the share. */
  guide: Int32Array;
}

/**
 * How the dimensions share the fan-outs. A state is what is left of each fan-out (floor of the quotient), so the
 * number of states stays small whatever the dimensions; the programme runs over the dimensions in order.
 */
export class SharedSpread {
  private readonly rules: SpaceRules;
  private readonly profiles: readonly (readonly Profile[])[];
  private readonly ids: Map<string, number>[] = [];
  private readonly states: number[][][] = [];
  private readonly choices: (Choices | undefined)[][] = [];
  private readonly exact = new Map<string, bigint>();

  constructor(rules: SpaceRules, profiles: readonly (readonly Profile[])[]) {
    this.rules = rules;
    this.profiles = profiles;
    for (let d = 0; d <= profiles.length; d++) {
      this.ids.push(new Map());
      this.states.push([]);
      this.choices.push([]);
    }
    this.intern(0, this.initial());
  }

  /** Sum over all joint spreads of the product of the profiles' counts, as a double. */
  get total(): number {
    return this.expand(0, 0).total;
  }

  /** The same as an exact integer; `count` gives a profile's exact count. */
  exactTotal(count: (dimension: number, profile: Profile) => bigint): bigint {
    this.exact.clear();
    const visit = (d: number, state: number): bigint => {
      if (d === this.profiles.length) return this.accepts(this.states[d][state]) ? 1n : 0n;
      const key = `${d} ${state}`;
      const known = this.exact.get(key);
      if (known !== undefined) return known;
      const { profiles, next } = this.expand(d, state);
      const byNext = new Map<number, bigint>();
      for (let i = 0; i < profiles.length; i++) {
        byNext.set(next[i], (byNext.get(next[i]) ?? 0n) + count(d, this.profiles[d][profiles[i]]));
      }
      let total = 0n;
      for (const [state2, ways] of byNext) total += ways * visit(d + 1, state2);
      this.exact.set(key, total);
      return total;
    };
    return visit(0, 0);
  }

  /** Draws one profile per dimension with the probability its factorisations deserve. */
  sample(random: Prng, picked: Int32Array): void {
    let state = 0;
    for (let d = 0; d < this.profiles.length; d++) {
      const { draws, total, guide } = this.expand(d, state);
      let choice = 0;
      const last = draws.length - 3;
      if (last > 0) {
        // The first whose running sum exceeds the draw; shares are cut with rounding, so it may be one before.
        const share = random.next();
        const draw = share * total;
        choice = guide[Math.floor(share * guide.length)];
        while (choice > 0 && draws[choice - 3] > draw) choice -= 3;
        while (choice < last && draws[choice] <= draw) choice += 3;
      }
      picked[d] = draws[choice + 1];
      state = draws[choice + 2];
    }
  }

  /** Chooses dimension by dimension: `pick` is given the profiles that leave a way to finish, and returns one of them. */
  choose(pick: (dimension: number, profiles: Int32Array) => number, picked: Int32Array): void {
    let state = 0;
    for (let d = 0; d < this.profiles.length; d++) {
      const { profiles, next } = this.expand(d, state);
      picked[d] = pick(d, profiles);
      state = next[profiles.indexOf(picked[d])];
    }
  }

  /** Every joint spread, in the order of the profiles. */
  *enumerate(picked: Int32Array, d = 0, state = 0): Generator<void> {
    if (d === this.profiles.length) {
      yield;
      return;
    }
    const { profiles, next } = this.expand(d, state);
    for (let i = 0; i < profiles.length; i++) {
      picked[d] = profiles[i];
      yield* this.enumerate(picked, d + 1, next[i]);
    }
  }

  /** Does a joint spread fit? */
  fits(picked: Int32Array): boolean {
    let state: number[] | null = this.initial();
    for (let d = 0; d < this.profiles.length && state !== null; d++)
      state = this.after(state, d, this.profiles[d][picked[d]]);
    return state !== null && this.accepts(state);
  }

  private initial(): number[] {
    const state = this.rules.spreads.flatMap((s) => [s.x, s.y, s.most, s.freePlaces?.x ?? 0, s.freePlaces?.y ?? 0]);
    return [...state, 1];
  }

  private after(state: readonly number[], d: number, profile: Profile): number[] | null {
    const next = [...state];
    const last = state.length - 1;
    for (let s = 0; s < this.rules.spreads.length; s++) {
      const p = profile.factors[s];
      if (p === 1) continue;
      const rule = this.rules.spreads[s];
      const axis = 5 * s + (profile.alongY[s] ? 1 : 0);
      next[axis] = Math.floor(next[axis] / p);
      next[5 * s + 2] = Math.floor(next[5 * s + 2] / p);
      if (next[axis] < 1 || next[5 * s + 2] < 1) return null;
      if (rule.freePlaces !== null && rule.axis[d] === 0) {
        const place = axis + 3;
        next[place]--;
        if (next[place] < 0) return null;
      }
      next[last] = Math.min(this.rules.minParallel, next[last] * p);
    }
    return next;
  }

  private accepts(state: readonly number[]): boolean {
    return state[state.length - 1] >= this.rules.minParallel;
  }

  private intern(d: number, state: number[]): number {
    const key = state.join();
    let id = this.ids[d].get(key);
    if (id === undefined) {
      id = this.states[d].length;
      this.ids[d].set(key, id);
      this.states[d].push(state);
    }
    return id;
  }

  private expand(d: number, state: number): Choices {
    const known = this.choices[d][state];
    if (known !== undefined) return known;
    const profiles: number[] = [];
    const next: number[] = [];
    const draws: number[] = [];
    let total = 0;
    if (d < this.profiles.length) {
      this.profiles[d].forEach((profile, i) => {
        const after = this.after(this.states[d][state], d, profile);
        if (after === null) return;
        const id = this.intern(d + 1, after);
        const onward = d + 1 === this.profiles.length ? (this.accepts(after) ? 1 : 0) : this.expand(d + 1, id).total;
        if (onward === 0) return;
        total += profile.count * onward;
        profiles.push(i);
        next.push(id);
        draws.push(total, i, id);
      });
    }
    const made = {
      profiles: Int32Array.from(profiles),
      next: Int32Array.from(next),
      total,
      draws: Float64Array.from(draws),
      guide: guideTo(draws, total),
    };
    this.choices[d][state] = made;
    return made;
  }
}

function guideTo(draws: readonly number[], total: number): Int32Array {
  const shares = draws.length / 3;
  const guide = new Int32Array(shares);
  for (let k = 0, choice = 0; k < shares; k++) {
    while (choice < draws.length - 3 && draws[choice] <= (k * total) / shares) choice += 3;
    guide[k] = choice;
  }
  return guide;
}
