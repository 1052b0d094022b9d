import { markOverdue } from '../render/mark-overdue.js';
import type { Representation } from '../render/representation.js';
import { documentHeaders, type Headers } from './document-headers.js';

/** What a response consists of, apart from what the request decides. */
export interface PublishedParts {
  readonly status: 200 | 503;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * Bytes of a view on the host's side. Age and staleness are decided when a response is given, on a clock that never
 * jumps: an engine that no longer refreshes cannot leave a fresh status behind. Times are monotonic milliseconds.
 */
export class PublishedView {
  readonly representation: Representation;
  readonly #madeAt: number;
  #parts: PublishedParts | undefined;
  #age = Number.NaN;
  #maxAge = Number.NaN;
  #overdue = false;

  /** @param madeAt When its snapshot was made. */
  constructor(representation: Representation, madeAt: number) {
    this.representation = representation;
    this.#madeAt = madeAt;
  }

  /** Whether the values are too old to be shown. A 503 has none. */
  isExpired(now: number): boolean {
    const { status, expires, madeAt } = this.representation;
    return status === 200 && now - this.#madeAt > expires - madeAt;
  }

  /** Headers and body at `now`. Built once per second of age at most. */
  at(now: number): PublishedParts {
    const { status, madeAt, evaluationTime, nextRefresh, overdueAt } = this.representation;
    if (status !== 200) {
      this.#parts ??= {
        status,
        headers: this.#headers(this.representation, { 'cache-control': 'no-store' }),
        body: this.representation.body,
      };
      return this.#parts;
    }
    const elapsed = Math.max(0, now - this.#madeAt);
    const age = Math.max(0, madeAt - evaluationTime) + elapsed;
    const seconds = Math.floor(age / 1000);
    const maxAge = seconds + Math.floor(Math.max(0, nextRefresh - madeAt - elapsed) / 1000);
    const overdue = elapsed > overdueAt - madeAt;
    if (!this.#parts || seconds !== this.#age || maxAge !== this.#maxAge || overdue !== this.#overdue) {
      this.#parts = this.#build(age, maxAge, overdue);
      this.#age = seconds;
      this.#maxAge = maxAge;
      this.#overdue = overdue;
    }
    return this.#parts;
  }

  #build(age: number, maxAge: number, overdue: boolean): PublishedParts {
    const { representation } = this;
    const isSummary = representation.view.format.startsWith('json');
    const shown = overdue && isSummary ? markOverdue(representation, age) : representation;
    const cacheControl = representation.stale || overdue ? 'no-cache' : `private, max-age=${maxAge}`;
    const headers = this.#headers(shown, { age: String(Math.floor(age / 1000)), 'cache-control': cacheControl });
    return { status: 200, headers, body: shown.body };
  }

  #headers({ contentType, body, view, etag }: Representation, more: Headers): Headers {
    return {
      ...documentHeaders(contentType, body),
      ...(view.encoding === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
      etag,
      ...more,
    };
  }
}
