import { Cancellation, type CancelSignal } from '../cancellation.js';
import type { Clock, Timer } from '../clock.js';
import { ApiError } from './api-error.js';

/** Status and headers, as they may be handed on. */
export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer, or the beginning of one: a body that is not whole comes in pieces; where it breaks off, they throw. */
export interface FlightResponse extends Head {
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What of the connection a flight needs: to hold it up when readers are slow. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

interface Reader {
  /** Index of the next chunk, counted from the first there ever was. */
  at: number;
  error: unknown;
  wake: () => void;
}

/** Bytes that are held for readers who are behind, or have yet to come. An answer within it can be kept. */
export const flightWindow = 4 * 1024 * 1024;
/** Milliseconds for which a reader may hold up the others. */
const stallLimit = 5_000;

/**
 * One call upstream and everybody who reads its answer, each at their own pace. While nothing has been let go, which is as
 * long as the answer is within the window, others can join from its first byte on. Beyond, no more than the window is held,
 * and the slowest reader sets the pace; who stands still is left behind for the sake of the others. When the last reader
 * has gone, the call is given up.
 */
export class SingleFlight {
  readonly #clock: Clock;
  /** What gives the call up for all; it fires with the reason. */
  readonly call = new Cancellation();
  readonly #readers = new Set<Reader>();
  #head: Head | undefined;
  /** Readers are given what there is. */
  #open = false;
  #chunks: Uint8Array[] = [];
  #released = 0;
  #held = 0;
  #state: 'under way' | 'complete' | 'failed' = 'under way';
  #error: unknown;
  #tap: Pausable | undefined;
  #paused = false;
  #stall: Timer | undefined;
  #whole: Uint8Array | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Status and headers, once there is an answer or the beginning of one. */
  get head(): Head | undefined {
    return this.#head;
  }

  get joinable(): boolean {
    return this.#released === 0 && this.#state !== 'failed' && !this.call.aborted;
  }

  /** The complete answer, where all of it is held. */
  get whole(): Uint8Array | undefined {
    if (this.#state !== 'complete' || this.#released > 0) return undefined;
    this.#whole ??= this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    return this.#whole;
  }

  /**
   * One more reader, until `signal` fires; it must be joinable. Resolves when the answer begins, or, for one that comes with
   * its head, is whole. Rejects with what went wrong before, or because the reader has gone.
   */
  async join(signal: CancelSignal): Promise<FlightResponse> {
    const reader: Reader = { at: 0, error: undefined, wake: () => {} };
    this.#readers.add(reader);
    const gone = () => this.#leave(reader, new ApiError(499, 'canceled', 'the client has gone'));
    if (signal.aborted) gone();
    else signal.addEventListener('abort', gone);
    const done = () => signal.removeEventListener('abort', gone);
    while (!this.#open && reader.error === undefined) await news(reader);
    const { whole } = this;
    if (whole === undefined && this.#head && reader.error === undefined) {
      return { status: this.#head.status, headers: this.#head.headers, body: this.#read(reader, done) };
    }
    done();
    if (!this.#head || !whole) throw reader.error ?? this.#error;
    return { status: this.#head.status, headers: this.#head.headers, body: whole };
  }

  /** The answer begins. */
  start(head: Head, tap?: Pausable): void {
    this.#head = head;
    this.#tap = tap;
    // A short answer comes with its head, and goes out with it in one piece.
    setImmediate(() => this.#openUp());
  }

  push(chunk: Uint8Array): void {
    if (this.#state !== 'under way') return;
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held > flightWindow) this.#makeRoom();
    this.#wakeAll();
  }

  complete(): void {
    this.#settle('complete');
  }

  /** Readers get the error after the chunks that came before it. */
  fail(error: unknown): void {
    this.#error = error;
    this.#settle('failed');
  }

  #openUp(): void {
    this.#open = true;
    this.#wakeAll();
  }

  #settle(state: 'complete' | 'failed'): void {
    if (this.#state !== 'under way') return;
    this.#state = state;
    this.#tap = undefined;
    this.#stall?.cancel();
    this.#openUp();
  }

  async *#read(reader: Reader, done: () => void): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        if (reader.error !== undefined) throw reader.error;
        const chunk = this.#chunks[reader.at - this.#released];
        if (chunk !== undefined) {
          reader.at += 1;
          if (this.#released > 0 || this.#paused) this.#makeRoom();
          yield chunk;
        } else if (this.#state === 'failed') throw this.#error;
        else if (this.#state === 'complete') return;
        else await news(reader);
      }
    } finally {
      done();
      this.#leave(reader, undefined);
    }
  }

  #leave(reader: Reader, error: unknown): void {
    reader.error ??= error;
    reader.wake();
    if (!this.#readers.delete(reader) || this.#state !== 'under way') return;
    if (this.#readers.size === 0) this.call.abort(new ApiError(499, 'canceled', 'all clients have gone'));
    else if (this.#paused) this.#makeRoom();
  }

  /** Lets go of what every reader has, and holds the upstream up while too much is left. */
  #makeRoom(): void {
    const slowest = Math.min(...[...this.#readers].map(({ at }) => at));
    const gone = this.#chunks.splice(0, slowest - this.#released);
    this.#released += gone.length;
    this.#held -= gone.reduce((sum, chunk) => sum + chunk.length, 0);
    const full = this.#held > flightWindow && this.#state === 'under way';
    if (!full || gone.length > 0) this.#stall = void this.#stall?.cancel();
    if (full) this.#stall ??= this.#clock.setTimeout(() => this.#dropSlowest(), stallLimit);
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.#tap?.pause();
    else this.#tap?.resume();
  }

  #dropSlowest(): void {
    this.#stall = undefined;
    const furthest = Math.max(...[...this.#readers].map(({ at }) => at));
    const error = new ApiError(503, 'timeout', 'the answer was read too slowly');
    for (const reader of this.#readers) {
      if (reader.at === this.#released && reader.at < furthest) this.#leave(reader, error);
    }
  }

  #wakeAll(): void {
    for (const reader of this.#readers) reader.wake();
  }
}

function news(reader: Reader): Promise<void> {
  return new Promise((resolve) => {
    reader.wake = resolve;
  });
}
