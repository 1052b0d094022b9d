/** Deterministic random numbers. */
export interface Random {
  /** 0 <= value < 1. */
  next(): number;
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  /** Number of events, with a Poisson distribution of this mean. */
  count(mean: number): number;
  /** A response time: log-normal around `median`, with a long upper tail. */
  duration(median: number): number;
  /**
   * One of the items, by weight if given.
   *
   * @throws {RangeError} for an empty list
   */
  pick<T>(items: readonly T[], weight?: (item: T) => number): T;
}

/** Creates a mulberry32 generator: the same seed gives the same numbers. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };

  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    chance: (probability) => next() < probability,
    count(mean) {
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = next(); product > limit; product *= next()) count += 1;
      return count;
    },
    duration(median) {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return median * Math.exp(0.4 * normal);
    },
    pick(items, weight = () => 1) {
      let rest = next() * items.reduce((total, item) => total + weight(item), 0);
      for (const item of items) {
        rest -= weight(item);
        if (rest < 0) return item;
      }
      const last = items.at(-1);
      if (last === undefined) throw new RangeError('pick: expected at least one item, got none');
      return last;
    },
  };
}
