/** Examples recorded per kind of failure. */
const examples = 3;

/** Counts responses and collects broken promises. */
export class Tally {
  #responses = new Map();
  #failures = new Map();
  /** Requests sent. */
  sent = 0;
  /** Number of injections by fault. */
  faults = new Map();
  /** Maximum event loop delay of the soak itself, milliseconds: a busy sender makes responses look late. */
  latest = 0;
  /** Name of the current fault. */
  fault = 'nothing';

  /** Sets the current fault; undefined means none. */
  setFault(name) {
    this.fault = name ?? 'nothing';
    if (name !== undefined) this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
  }

  /** Number of responses by kind and status. */
  responses() {
    return [...this.#responses].sort(([one], [other]) => one.localeCompare(other));
  }

  count(kind, status) {
    const key = `${kind} ${status}`;
    this.#responses.set(key, (this.#responses.get(key) ?? 0) + 1);
  }

  fail(what, example) {
    const known = this.#failures.get(what) ?? { count: 0, examples: [] };
    known.count += 1;
    if (known.examples.length < examples) known.examples.push(example);
    this.#failures.set(what, known);
  }

  failures() {
    return [...this.#failures].map(([what, { count, examples: seen }]) => `${what} (${count}): ${seen.join(' | ')}`);
  }
}
