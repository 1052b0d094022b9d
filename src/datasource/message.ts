import type { CancelSignal } from '../cancellation.js';

/** A call as every server can give it; header names in lower case. */
export interface DatasourceRequest {
  readonly method: string;
  /** Path and query as the client sent them, undecoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it arrives: nothing may have read it before. Undefined where there is none. */
  readonly body?: AsyncIterable<Uint8Array> | undefined;
  /** Who asks, where that is known: answers are never shared between principals. */
  readonly principal?: string | undefined;
  /** Address of the client, where the server knows it: for whoever decides about access. */
  readonly remoteAddress?: string | undefined;
  /** An `AbortSignal`, or what does as much: fires when the client has gone. */
  readonly signal: CancelSignal;
}

/**
 * An answer as every server can send it. A body that is no `Uint8Array` comes in pieces, at the pace of whoever reads it;
 * where it breaks off, it throws, and the connection must be broken off too, so that the client does not take a part for
 * the whole.
 */
export interface DatasourceResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}
