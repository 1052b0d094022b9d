import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Datasource } from '../datasource/create-datasource.js';

/** A `node:http` request listener that answers everything it is given from the datasource. The body must not have been read. */
export function nodeDatasourceHandler(
  datasource: Pick<Datasource, 'handle'>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    void datasource.handle({ method, url, headers, body: request, signal: gone.signal }).then((reply) => {
      if (response.destroyed) return;
      const { status, body } = reply;
      response.writeHead(status, reply.headers as Record<string, string>);
      if (body === undefined || body instanceof Uint8Array) response.end(body);
      // What breaks off is destroyed by the pipeline, so that no client takes it for the whole.
      else pipeline(body, response).catch(() => response.destroy());
    });
  };
}
