/** Work in steps: a generator that pauses wherever its caller may want to do something else. */

/** All of it at once. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
