import { performance } from 'node:perf_hooks';
import { LRUCache } from 'lru-cache';
import type { DatasourceLimits } from './limits.js';
import type { Head } from './single-flight.js';

/** A complete response and its time of arrival on the cache's clock. */
export interface CachedResponse extends Head {
  readonly body: Uint8Array;
  readonly at: number;
}

/** Estimated bytes of an entry beside its key and body. */
const overhead = 1024;

/**
 * Response cache for a few seconds, bounded in bytes; the least recently used go first.
 *
 * @param now Monotonic milliseconds.
 */
export class ResponseCache {
  readonly #entries: LRUCache<string, CachedResponse>;
  readonly #now: () => number;

  constructor(
    { cacheFor, cacheSize }: Pick<DatasourceLimits, 'cacheFor' | 'cacheSize'>,
    now = () => performance.now(),
  ) {
    this.#now = now;
    this.#entries = new LRUCache({
      maxSize: cacheSize,
      sizeCalculation: ({ body }, key) => body.length + 2 * key.length + overhead,
      ttl: Math.max(1, cacheFor),
      ttlResolution: 0,
      perf: { now },
    });
  }

  /** The response, and its age in whole seconds. */
  get(key: string): { readonly answer: CachedResponse; readonly age: number } | undefined {
    const answer = this.#entries.get(key);
    return answer && { answer, age: Math.floor((this.#now() - answer.at) / 1000) };
  }

  set(key: string, { status, headers }: Head, body: Uint8Array): void {
    this.#entries.set(key, { status, headers, body, at: this.#now() });
  }

  /** Bytes in use, including expired entries that are not yet removed. */
  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  clear(): void {
    this.#entries.clear();
  }
}
