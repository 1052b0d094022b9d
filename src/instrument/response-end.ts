/** What is needed of node's `ServerResponse`. */
export interface ServerResponseLike {
  readonly statusCode: number;
  readonly headersSent: boolean;
  readonly closed?: boolean;
  readonly writableFinished?: boolean;
  once(event: 'finish' | 'close', listener: () => void): unknown;
}

/** What nginx logs for a client that left before an answer. */
const clientClosedRequest = 499;

/**
 * Calls `ended` when the last byte was handed over or the connection broke, whichever is first: possibly twice, possibly
 * at once. The status is the one that was sent, or 499 where none was.
 */
export function onResponseEnd(response: ServerResponseLike, ended: (status: number) => void): void {
  const tell = () => ended(response.headersSent ? response.statusCode : clientClosedRequest);
  if (response.closed || response.writableFinished) {
    tell();
    return;
  }
  response.once('finish', tell);
  response.once('close', tell);
}

/** The value of a `content-length` header, where it is one. */
export function declaredBytes(header: unknown): number | undefined {
  const text = typeof header === 'number' ? `${header}` : header;
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
