/** What is needed of a response of `node:http`, `node:http2` (compatibility API), connect or Express. */
export interface EndingResponse {
  end(): unknown;
  end(body: Uint8Array): unknown;
  end(body: string, encoding: 'latin1'): unknown;
}

/** Bytes; a body up to this length goes out with the headers in one write, which only a text does. */
const shortBody = 16 * 1024;
const latin1 = new WeakMap<Uint8Array, string>();

/** Ends a response whose headers have been given. */
export function endWith(response: EndingResponse, body: Uint8Array | undefined): void {
  if (!body) response.end();
  else if (body.byteLength > shortBody) response.end(body);
  else response.end(latin1Of(body), 'latin1');
}

/** One character per byte; the same bytes are handed out many times. */
function latin1Of(body: Uint8Array): string {
  const known = latin1.get(body);
  if (known !== undefined) return known;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  latin1.set(body, text);
  return text;
}
