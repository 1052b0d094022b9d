import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Cancellation, type CancelSignal } from '../cancellation.js';
import type { MetricsRequest, MetricsResponse } from '../http/message.js';
import type { Metrics } from '../metrics.js';
import { endWith } from './end-with.js';
import { withVary } from './with-vary.js';

/** The part of a `node:http`, `node:http2` (compatibility API), connect or Express request that is used. */
export interface NodeRequestLike {
  readonly method?: string | undefined;
  /** Path and query, without the mount path. */
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
}

/** The part of such a response that is used. */
export interface NodeResponseLike extends NodeJS.WritableStream {
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  readonly writableFinished: boolean;
  getHeader(name: string): unknown;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  destroy(): unknown;
}

export type NodeHandler = (request: NodeRequestLike, response: NodeResponseLike) => void;

/**
 * Creates a `node:http` request listener. It answers every request it is given, with 404 where `metrics.owns(url)` is false. The data
 * source reads request bodies, so pass requests on before any body parser.
 *
 * @example
 * const metrics = await createMetrics();
 * const answer = nodeHandler(metrics);
 * createServer((request, response) =>
 *   metrics.owns(request.url ?? '') ? answer(request, response) : application(request, response),
 * ).listen(8000);
 */
export function nodeHandler(metrics: Pick<Metrics, 'handle'>): NodeHandler {
  return (request, response) => {
    const reply = metrics.handle(new NodeRequest(request, response));
    // A promise where nothing waits would cost more than the rest of the response.
    if (reply instanceof Promise) void reply.then((value) => send(response, value));
    else send(response, reply);
  };
}

/** Creates body and signal on first use: most requests need neither. */
class NodeRequest implements MetricsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: MetricsRequest['headers'];
  readonly #request: NodeRequestLike;
  readonly #response: NodeResponseLike;
  #signal: CancelSignal | undefined;

  constructor(request: NodeRequestLike, response: NodeResponseLike) {
    this.method = request.method ?? 'GET';
    this.url = request.url ?? '/';
    this.headers = request.headers;
    this.#request = request;
    this.#response = response;
  }

  get remoteAddress(): string | undefined {
    return this.#request.socket?.remoteAddress;
  }

  get body(): AsyncIterable<Uint8Array> | undefined {
    const request = this.#request as IncomingMessage;
    return request.readableEnded ? undefined : request;
  }

  get signal(): CancelSignal {
    this.#signal ??= disconnectSignal(this.#response);
    return this.#signal;
  }
}

/** The part of a response that tells when its client disconnects. */
export interface ClosingResponse {
  readonly writableFinished: boolean;
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** A signal that fires when the client disconnects before the response is complete. */
export function disconnectSignal(response: ClosingResponse): CancelSignal {
  const gone = new Cancellation();
  if (response.destroyed) gone.abort();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone;
}

/** The client may have left in the meantime, or a timeout of the host may have answered. */
function send(response: NodeResponseLike, { status, headers, body }: MetricsResponse): void {
  if (response.headersSent || response.destroyed) return;
  try {
    response.writeHead(status, withVary(response.getHeader('vary'), headers));
    if (body === undefined || body instanceof Uint8Array) endWith(response, body);
    // A truncated body must not look complete: the connection is destroyed.
    else pipeline(body, response).catch(() => response.destroy());
  } catch {
    response.destroy();
  }
}
