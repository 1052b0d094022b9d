import type { Output } from './open-output.js';

export interface LineWriterEvents {
  /** Called once when lines begin to be dropped. */
  readonly onLost: (reason: string) => void;
  /** Called once when lines are written again, with the number of dropped ones. */
  readonly onRecovered: (count: number) => void;
}

/** Characters of lines that wait for the output; lines beyond it are dropped. */
const bufferLimit = 1024 * 1024;

/** Bounded, non-blocking buffer of log lines in front of an output that may be stuck or full. */
export class LineWriter {
  readonly #output: Output;
  readonly #events: LineWriterEvents;
  #lines: string[] = [];
  #length = 0;
  #writing = false;
  #lostNow = 0;
  #onIdle: (() => void) | undefined;
  /** Lines dropped so far. */
  lost = 0;

  constructor(output: Output, events: LineWriterEvents) {
    this.#output = output;
    this.#events = events;
  }

  write(line: string): void {
    if (this.#length + line.length > bufferLimit) {
      this.#drop(1, 'is not read');
      return;
    }
    this.#lines.push(line);
    this.#length += line.length;
    this.#flush();
  }

  /** Resolves when all lines are written, or after `limit` milliseconds. */
  async close(limit: number): Promise<void> {
    if (!this.#writing) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      timer = setTimeout(resolve, limit);
    });
    clearTimeout(timer);
  }

  #flush(): void {
    if (this.#writing || this.#lines.length === 0) {
      if (!this.#writing) this.#onIdle?.();
      return;
    }
    const lines = this.#lines;
    this.#writing = true;
    this.#lines = [];
    this.#output.write(lines.join(''), (error) => {
      this.#writing = false;
      this.#length = this.#lines.reduce((sum, line) => sum + line.length, 0);
      if (error) this.#drop(lines.length, `cannot be written (${error.message})`);
      else this.#recover();
      this.#flush();
    });
  }

  #drop(count: number, reason: string): void {
    const first = this.#lostNow === 0;
    this.lost += count;
    this.#lostNow += count;
    if (first) this.#events.onLost(reason);
  }

  #recover(): void {
    const count = this.#lostNow;
    this.#lostNow = 0;
    if (count > 0) this.#events.onRecovered(count);
  }
}
