/** The part of Node's `ServerResponse` that is used here. */
export interface ServerResponseLike {
  readonly statusCode: number;
  readonly headersSent: boolean;
  readonly closed?: boolean;
  readonly writableFinished?: boolean;
  /** HTTP/2 only. */
  readonly stream?: { readonly destroyed: boolean } | undefined;
  once(event: 'finish' | 'close', listener: () => void): unknown;
}

/** Non-standard status from nginx: the client disconnected before a response. */
const clientClosedRequest = 499;

/**
 * Calls `ended` when the response is flushed or the connection closes: possibly twice, possibly immediately. The status is
 * the one sent, or 499 if none was.
 */
export function onResponseEnd(response: ServerResponseLike, ended: (status: number) => void): void {
  const report = () => ended(response.headersSent ? response.statusCode : clientClosedRequest);
  // In HTTP/2, the response to HEAD is `writableFinished` before it begins.
  const finished = response.headersSent && response.writableFinished;
  if (response.closed || response.stream?.destroyed || finished) {
    report();
    return;
  }
  response.once('finish', report);
  response.once('close', report);
}

/** Value of a `content-length` header; undefined if absent or malformed. */
export function declaredBytes(header: unknown): number | undefined {
  const text = typeof header === 'number' ? `${header}` : header;
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
