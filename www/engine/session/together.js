// Several generators as one, whose pieces say which of them they are from.

/**
 * @template Piece, Result
 * @param {AsyncGenerator<Piece, Result, void>[]} generators
 * @param {() => void} [stop] ends those that are at work, whose next pieces may take long, such as a long prompt
 * @returns {AsyncGenerator<Piece & { index: number }, Result[], void>} pieces as they come; in the end all results
 */
export async function* together(generators, stop = () => {}) {
  const next = (/** @type {number} */ index) => generators[index].next().then((step) => ({ index, step }));
  const waiting = new Map(generators.map((_, index) => [index, next(index)]));
  const results = new Array(generators.length);
  try {
    while (waiting.size > 0) {
      const { index, step } = await Promise.race(waiting.values());
      if (step.done) {
        results[index] = step.value;
        waiting.delete(index);
      } else {
        waiting.delete(index);
        yield { ...step.value, index };
        waiting.set(index, next(index)); // only now, so that who leaves has seen what there is
      }
    }
    return results;
  } finally {
    if (waiting.size > 0) stop();
    for (const left of waiting.values()) left.catch(() => {}); // the first failure is the one that is thrown
    await Promise.allSettled(generators.map((one) => one.return(/** @type {any} */ (undefined))));
  }
}
