import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MetricsResponse } from '../http/message.js';
import type { Metrics } from '../metrics.js';
import { type EndingResponse, endWith } from './end-with.js';
import { nodeDatasourceHandler } from './node-datasource.js';
import { withVary } from './with-vary.js';

/** What is needed of a request of `node:http`, `node:http2` (compatibility API), connect or Express. */
export interface NodeRequestLike {
  readonly method?: string | undefined;
  /** Path and query, without what the handler is mounted under. */
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
}

/** What is needed of its response. */
export interface NodeResponseLike extends EndingResponse {
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  getHeader(name: string): unknown;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
}

export type NodeHandler = (request: NodeRequestLike, response: NodeResponseLike) => void;

/**
 * A request listener for `node:http`. It answers everything that it is given, with 404 what is not below
 * `<prefix>/metrics`: give it those paths, or a server of its own.
 */
export function nodeHandler(metrics: Pick<Metrics, 'handle'> & Partial<Pick<Metrics, 'datasource'>>): NodeHandler {
  const { datasource } = metrics;
  const answerDatasource = datasource && nodeDatasourceHandler(datasource);
  return (request, response) => {
    const { method = 'GET', url = '/', headers, socket } = request;
    // Whoever has these has the streams too.
    if (answerDatasource && datasource.owns(url)) {
      return answerDatasource(request as IncomingMessage, response as ServerResponse);
    }
    const reply = metrics.handle({ method, url, headers, remoteAddress: socket?.remoteAddress });
    // At once where there is no wait: a promise would cost more than all the rest.
    if (reply instanceof Promise) void reply.then((value) => send(response, value));
    else send(response, reply);
  };
}

/** The client may have left meanwhile, or a timeout of the host answered in our place. */
function send(response: NodeResponseLike, { status, headers, body }: MetricsResponse): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, withVary(response.getHeader('vary'), headers));
  endWith(response, body);
}
