import type { CancelSignal } from '../cancellation.js';

/** A request in the form every server can provide. */
export interface MetricsRequest {
  readonly method: string;
  /** Path and query as the client sent them, or an absolute URL (RFC 9112 section 3.2.2). */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Client address, if the server knows it: key of the rate limits for failed logins and anonymous readers. */
  readonly remoteAddress?: string | undefined;
  /** Unread request body; the data source reads forms from it. */
  readonly body?: AsyncIterable<Uint8Array> | undefined;
  /** Fires when the client disconnects: an `AbortSignal`, or a `Cancellation`. */
  readonly signal?: CancelSignal | undefined;
}

/**
 * A response in the form every server can send. `status` and `headers` are valid in HTTP/1.1 and HTTP/2. HEAD and 304 have no body; other
 * bodies have a `content-length`, unless they arrive in chunks. Chunks that end with an error mean a truncated body: the server must
 * then destroy the connection.
 */
export interface MetricsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/** A reply whose body does not arrive in chunks. */
export interface WholeResponse extends MetricsResponse {
  readonly body: Uint8Array | undefined;
}

/** Answers requests; at once where no wait is needed. Never throws or rejects. */
export type Handler = (request: MetricsRequest) => MetricsResponse | Promise<MetricsResponse>;
