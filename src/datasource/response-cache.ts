import { performance } from 'node:perf_hooks';
import { LRUCache } from 'lru-cache';
import type { DatasourceLimits } from './limits.js';
import type { Head } from './single-flight.js';

/** A complete answer and when it came, on the cache's clock. */
export interface CachedResponse extends Head {
  readonly body: Uint8Array;
  readonly at: number;
}

/** Estimate of what an entry takes beside its key and body, in bytes. */
const overhead = 1024;

/**
 * Answers for a few seconds, the least used of them going first when memory runs out.
 *
 * @param now Milliseconds on a clock that never jumps.
 */
export class ResponseCache {
  readonly #kept: LRUCache<string, CachedResponse>;
  readonly #now: () => number;

  constructor(
    { cacheFor, cacheSize }: Pick<DatasourceLimits, 'cacheFor' | 'cacheSize'>,
    now = () => performance.now(),
  ) {
    this.#now = now;
    this.#kept = new LRUCache({
      maxSize: cacheSize,
      sizeCalculation: ({ body }, key) => body.length + 2 * key.length + overhead,
      ttl: Math.max(1, cacheFor),
      ttlResolution: 0,
      perf: { now },
    });
  }

  /** The answer, and its age in whole seconds. */
  get(key: string): { readonly answer: CachedResponse; readonly age: number } | undefined {
    const answer = this.#kept.get(key);
    return answer && { answer, age: Math.floor((this.#now() - answer.at) / 1000) };
  }

  set(key: string, { status, headers }: Head, body: Uint8Array): void {
    this.#kept.set(key, { status, headers, body, at: this.#now() });
  }

  /** Memory in use, expired entries that are not yet swept out included. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  clear(): void {
    this.#kept.clear();
  }
}
