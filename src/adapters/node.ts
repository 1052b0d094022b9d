import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MetricsReply } from '../http/message.js';
import type { Metrics } from '../metrics.js';

/** A `node:http` request listener that answers everything it is given from the metrics. */
export function nodeHandler(
  metrics: Pick<Metrics, 'handle'>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const reply = metrics.handle({ method, url, headers });
    if (reply instanceof Promise) void reply.then((value) => send(response, value));
    else send(response, reply);
  };
}

function send(response: ServerResponse, { status, headers, body }: MetricsReply): void {
  response.writeHead(status, headers as Record<string, string>);
  response.end(body);
}
