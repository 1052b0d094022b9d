import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Cancellation, type CancelSignal } from '../cancellation.js';
import type { Datasource } from '../datasource/create-datasource.js';
import type { DatasourceResponse } from '../datasource/message.js';
import { endWith } from './end-with.js';
import { withVary } from './with-vary.js';

/** A `node:http` request listener that answers everything it is given from the datasource. Nothing may have read the body before. */
export function nodeDatasourceHandler(
  datasource: Pick<Datasource, 'handle'>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { method = 'GET', url = '/', headers, readableEnded, socket } = request;
    const { remoteAddress } = socket;
    const body = readableEnded ? undefined : request;
    const signal = goneSignal(response);
    void datasource
      .handle({ method, url, headers, remoteAddress, body, signal })
      .then((reply) => send(response, reply));
  };
}

/** What tells that a client has gone. */
export interface ClosingResponse {
  readonly writableFinished: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** Fires when the client has gone before its answer was complete. */
export function goneSignal(response: ClosingResponse): CancelSignal {
  const gone = new Cancellation();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone;
}

function send(response: ServerResponse, { status, headers, body }: DatasourceResponse): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, withVary(response.getHeader('vary'), headers));
  if (body === undefined || body instanceof Uint8Array) endWith(response, body);
  // What breaks off is destroyed by the pipeline, so that no client takes it for the whole.
  else pipeline(body, response).catch(() => response.destroy());
}
