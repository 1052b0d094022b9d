import { performance } from 'node:perf_hooks';
import { Cancellation, type CancelSignal } from '../cancellation.js';
import type { Clock, Timer } from '../clock.js';
import { ApiError } from './api-error.js';

/** Status and headers as the client gets them. */
export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A response, complete or still arriving: then its body is a stream, which throws if the response breaks off. */
export interface FlightResponse extends Head {
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Flow control of the upstream connection. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

interface Reader {
  /** Index of the next chunk, counted from the first of the response. */
  at: number;
  error: unknown;
  wake: () => void;
}

/** Bytes buffered for slow and later readers. A response within it can be cached. */
export const flightWindow = 4 * 1024 * 1024;
/** Milliseconds for which one reader may delay the others. */
const stallLimit = 5_000;

/**
 * Single-flight request: one upstream request and all readers of its response, each at its own pace. Until a chunk has been
 * released, which is as long as the response fits the window, others can join from its first byte on. Beyond, at most the
 * window is buffered and the slowest reader sets the pace; one that stands still is dropped for the sake of the others. When
 * the last reader has left, the request is cancelled.
 */
export class SingleFlight {
  readonly #clock: Clock;
  /** Cancels the request for all readers, with the reason. */
  readonly call = new Cancellation();
  readonly #readers = new Set<Reader>();
  #head: Head | undefined;
  /** Readers get what has arrived. */
  #open = false;
  #chunks: Uint8Array[] = [];
  #released = 0;
  #held = 0;
  #state: 'under way' | 'complete' | 'failed' = 'under way';
  #error: unknown;
  #upstream: Pausable | undefined;
  #stall: Timer | undefined;
  /** Monotonic milliseconds; undefined while the upstream is not paused. */
  #pausedAt: number | undefined;
  #pausedBefore = 0;
  #whole: Uint8Array | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Status and headers, once they have arrived. */
  get head(): Head | undefined {
    return this.#head;
  }

  /** Milliseconds in all for which slow readers have paused the upstream. */
  get pausedFor(): number {
    return this.#pausedBefore + (this.#pausedAt === undefined ? 0 : performance.now() - this.#pausedAt);
  }

  get joinable(): boolean {
    return this.#released === 0 && this.#state !== 'failed' && !this.call.aborted;
  }

  /** The complete response, if all of it is buffered. */
  get whole(): Uint8Array | undefined {
    if (this.#state !== 'complete' || this.#released > 0) return undefined;
    this.#whole ??= this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    return this.#whole;
  }

  /**
   * Adds a reader until `signal` fires; the flight must be joinable. Resolves when the response begins; one that arrives with
   * its headers is complete. Rejects with the error that came before, or because the reader has gone.
   */
  async join(signal: CancelSignal): Promise<FlightResponse> {
    const reader: Reader = { at: 0, error: undefined, wake: () => {} };
    this.#readers.add(reader);
    const gone = () => this.#leave(reader, new ApiError(499, 'canceled', 'the client disconnected'));
    if (signal.aborted) gone();
    else signal.addEventListener('abort', gone);
    const done = () => signal.removeEventListener('abort', gone);
    while (!this.#open && reader.error === undefined) await nextEvent(reader);
    const { whole } = this;
    if (whole === undefined && this.#head && reader.error === undefined) {
      return { status: this.#head.status, headers: this.#head.headers, body: this.#read(reader, done) };
    }
    done();
    if (!this.#head || !whole) throw reader.error ?? this.#error;
    return { status: this.#head.status, headers: this.#head.headers, body: whole };
  }

  /** The response begins. */
  start(head: Head, upstream?: Pausable): void {
    this.#head = head;
    this.#upstream = upstream;
    // A short response arrives with its headers, and is sent with them in one piece.
    setImmediate(() => this.#openUp());
  }

  push(chunk: Uint8Array): void {
    if (this.#state !== 'under way') return;
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held > flightWindow) this.#makeRoom();
    this.#wakeAll();
  }

  /** Cancels the request because its readers are too slow. */
  cutOff(): void {
    this.call.abort(tooSlow());
  }

  complete(): void {
    this.#settle('complete');
  }

  /** Readers get the error after the chunks before it. */
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
    this.#upstream = undefined;
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
          if (this.#released > 0 || this.#pausedAt !== undefined) this.#makeRoom();
          yield chunk;
        } else if (this.#state === 'failed') throw this.#error;
        else if (this.#state === 'complete') return;
        else await nextEvent(reader);
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
    if (this.#readers.size === 0) this.call.abort(new ApiError(499, 'canceled', 'all clients disconnected'));
    else if (this.#pausedAt !== undefined) this.#makeRoom();
  }

  /** Releases what every reader has read, and pauses the upstream while too much is left. */
  #makeRoom(): void {
    const slowest = Math.min(...[...this.#readers].map(({ at }) => at));
    const gone = this.#chunks.splice(0, slowest - this.#released);
    this.#released += gone.length;
    this.#held -= gone.reduce((sum, chunk) => sum + chunk.length, 0);
    const full = this.#held > flightWindow && this.#state === 'under way';
    if (!full || gone.length > 0) this.#stall = void this.#stall?.cancel();
    if (full) this.#stall ??= this.#clock.setTimeout(() => this.#dropSlowest(), stallLimit);
    if (full === (this.#pausedAt !== undefined)) return;
    this.#pausedBefore = this.pausedFor;
    this.#pausedAt = full ? performance.now() : undefined;
    if (full) this.#upstream?.pause();
    else this.#upstream?.resume();
  }

  #dropSlowest(): void {
    this.#stall = undefined;
    const furthest = Math.max(...[...this.#readers].map(({ at }) => at));
    const error = tooSlow();
    for (const reader of this.#readers) {
      if (reader.at === this.#released && reader.at < furthest) this.#leave(reader, error);
    }
  }

  #wakeAll(): void {
    for (const reader of this.#readers) reader.wake();
  }
}

function tooSlow(): ApiError {
  return new ApiError(503, 'timeout', 'the response was read too slowly', { limit: 'timeout' });
}

function nextEvent(reader: Reader): Promise<void> {
  return new Promise((resolve) => {
    reader.wake = resolve;
  });
}
