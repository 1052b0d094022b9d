/** Examples that are kept of each kind of failure. */
const examples = 3;

/** Counts answers, and keeps what was not as promised. */
export class Tally {
  #answers = new Map();
  #failures = new Map();
  /** Requests so far. */
  sent = 0;
  /** How often each fault was there. */
  faults = new Map();
  /** Milliseconds by which the soak itself was late at most: on a machine that is too busy, answers are late with it. */
  latest = 0;
  /** What is broken now. */
  fault = 'nothing';

  /** A fault begins; none while `name` is undefined. */
  breaks(name) {
    this.fault = name ?? 'nothing';
    if (name !== undefined) this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
  }

  /** Answers by kind and status. */
  answers() {
    return [...this.#answers].sort(([one], [other]) => one.localeCompare(other));
  }

  answered(kind, status) {
    const key = `${kind} ${status}`;
    this.#answers.set(key, (this.#answers.get(key) ?? 0) + 1);
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
