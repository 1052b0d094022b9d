/** A request as every server can give it; header names in lower case. */
export interface MetricsRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Address of the client, where the server knows it: what limits failed attempts to authenticate. */
  readonly remoteAddress?: string | undefined;
}

/** An answer as every server can send it. `Content-Length` is set; HEAD and 304 have no body. */
export interface MetricsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}
