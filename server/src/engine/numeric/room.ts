/** The same numbers with room for `length`: the array itself, or a copy of twice that length. */
export function withRoom(numbers: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  if (numbers.length >= length) return numbers;
  const longer = new Float64Array(2 * length);
  longer.set(numbers);
  return longer;
}

/** The same for integers. */
export function withIntRoom(numbers: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (numbers.length >= length) return numbers;
  const longer = new Int32Array(2 * length);
  longer.set(numbers);
  return longer;
}
