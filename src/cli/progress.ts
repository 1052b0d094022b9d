/** Milliseconds between two lines of progress where they are not shown on a terminal. */
const reportEvery = 60_000;

/** Tells on a stream how far long work has come: on a terminal in one line that changes, elsewhere now and then. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #reported = Number.NEGATIVE_INFINITY;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** What is being done now: for a terminal only. */
  show(line: string): void {
    if (!this.#stream.isTTY) return;
    const shown = [...line].slice(0, Math.max(1, this.#stream.columns - 1)).join('');
    this.#stream.write(`\r\u001b[K${shown}`);
  }

  /** How far it has come: also elsewhere, once a minute. */
  report(line: string): void {
    this.show(line);
    if (this.#stream.isTTY) return;
    const now = performance.now();
    if (now - this.#reported < reportEvery) return;
    this.#reported = now;
    this.#stream.write(`${line}\n`);
  }

  /** A line that stays. */
  note(line: string): void {
    this.clear();
    this.#stream.write(`${line}\n`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }
}
