import { withRoom } from "./room.ts";

/** Numbers vectors of integers in the order they come; equal vectors share a number. */
export class VectorTable {
  size = 0;
  /** Vector k begins at `k · width`. */
  values = new Float64Array(256);
  private width = 1;
  private slots = new Int32Array(128);

  /** Forgets all vectors; those that come next are of `width` numbers. */
  clear(width: number): void {
    this.size = 0;
    this.width = width;
    this.slots.fill(0);
  }

  /** The number of `vector`; equal to the former `size` where it is new. */
  numberOf(vector: Float64Array): number {
    const { width, slots } = this;
    const mask = slots.length - 1;
    let slot = hash(vector, 0, width) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const at = (slots[slot] - 1) * width;
      let k = 0;
      while (k < width && this.values[at + k] === vector[k]) k++;
      if (k === width) return slots[slot] - 1;
    }
    return this.add(vector, slot);
  }

  private add(vector: Float64Array, slot: number): number {
    const { width } = this;
    const number = this.size++;
    const at = number * width;
    this.values = withRoom(this.values, at + width);
    for (let k = 0; k < width; k++) this.values[at + k] = vector[k];
    this.slots[slot] = number + 1;
    if (2 * this.size > this.slots.length) this.spread();
    return number;
  }

  private spread(): void {
    const { width, values } = this;
    const slots = new Int32Array(2 * this.slots.length);
    const mask = slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = hash(values, number * width, width) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.slots = slots;
  }
}

function hash(values: Float64Array, at: number, width: number): number {
  let sum = width;
  for (let k = at; k < at + width; k++) {
    sum = Math.imul(sum ^ (values[k] | 0), 0x9e3779b1);
    sum ^= sum >>> 15;
  }
  return sum;
}
