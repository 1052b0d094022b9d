import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { nodeHandler } from './adapters/node.js';
import { GatewayzMetricsError } from './errors.js';
import type { Logger } from './host-logger.js';
import { type ConnectionTracker, trackConnections } from './http/connection-limits.js';
import { refuseForeignHost } from './http/host-guard.js';
import type { MetricsRequest, MetricsResponse } from './http/message.js';
import { toPath } from './http/mounts.js';
import { documentResponse, errorResponse } from './http/responses.js';
import type { Metrics } from './metrics.js';

/** Time limits of client connections, in milliseconds. Node.js does not have all of them by default. */
export interface ConnectionLimits {
  /** For the headers of a request, from its first byte or, on a new connection, from the connect. */
  readonly headersTimeout: number;
  /** For the whole request. */
  readonly requestTimeout: number;
  /** Interval at which these two are checked: they can be exceeded by this much. */
  readonly connectionsCheckingInterval: number;
  /** Idle time between two requests. */
  readonly keepAliveTimeout: number;
  /** From the headers of a request to the last byte of its response; then the connection is destroyed. */
  readonly responseTimeout: number;
  /** The same for the data source, whose queries may take two minutes upstream. */
  readonly datasourceTimeout: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  // Longer than the idle time of common load balancers, so that they close connections first.
  keepAliveTimeout: 75_000,
  responseTimeout: 60_000,
  datasourceTimeout: 180_000,
};

/** A logger with levels, such as pino. */
export interface ServiceLogger extends Logger {
  readonly level: string;
  debug(fields: object, message: string): void;
}

export interface Standalone {
  readonly server: Server;
  /** Resolves to the URL. @throws the error of `server.listen` */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Refuses new connections, waits for responses in progress, then closes the metrics. */
  close(): Promise<void>;
}

/** Counts a response that never reached `metrics.handle`. */
type Observe = (endpoint: string, status: number, startedAt: number) => void;

interface StandaloneOptions {
  readonly limits?: ConnectionLimits;
  readonly observe?: Observe;
  /** Host names beside loopback names that requests may have; undefined for any. */
  readonly hosts?: readonly string[] | undefined;
}

/** Creates the standalone service: `node:http` around the node adapter, `/healthz`, `/readyz`, and 404 for anything else. */
export function createStandalone(
  metrics: Metrics,
  log: ServiceLogger,
  { limits = defaultConnectionLimits, observe = () => {}, hosts }: StandaloneOptions = {},
): Standalone {
  const { responseTimeout, datasourceTimeout, ...serverLimits } = limits;
  const { metricsPrefix } = metrics.settings;
  const datasourcePaths = `${metricsPrefix}/api/v1`;
  const connections = trackConnections();
  const answer = nodeHandler({
    handle(request) {
      const refused = hosts && refuseForeignHost(request, hosts);
      if (refused) {
        observe('other', refused.status, performance.now());
        return refused;
      }
      return metrics.owns(request.url) ? metrics.handle(request) : probe(request);
    },
  });
  let closing: Promise<void> | undefined;

  // Duplicate headers are joined, so that two Authorization values never parse as a token. Together with strict parsing this
  // prevents request smuggling.
  const options = { ...serverLimits, joinDuplicateHeaders: true, insecureHTTPParser: false };
  const server = createServer(options, (request, response) => {
    const isDatasource = toPath(request.url ?? '').startsWith(datasourcePaths);
    // Bugs in the metrics paths are logged where they occur.
    if (isVerbose(log)) logResponse(log, request, response);
    // A client that keeps sending would keep the server open.
    if (closing) response.shouldKeepAlive = false;
    const milliseconds = isDatasource ? datasourceTimeout : responseTimeout;
    connections.track(request, response, milliseconds, () => answer(request, response));
  });
  server.on('connection', (socket) => connections.add(socket));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const status = parserStatus(error);
    if (status === undefined || !socket.writable || connections.isSending(socket)) return void socket.destroy();
    observe('other', status, performance.now());
    log.debug({ status, code: error.code }, 'request refused by the HTTP parser');
    socket.write(refusal(status));
    return void socket.destroy(error);
  });

  /** Answers everything outside of the metrics' areas. */
  function probe(request: MetricsRequest): MetricsResponse | Promise<MetricsResponse> {
    const path = toPath(request.url).split('?', 1)[0]!;
    const isProbe = path === '/healthz' || path === '/readyz';
    if (isProbe && request.method !== 'GET' && request.method !== 'HEAD') {
      const error = new GatewayzMetricsError('method_not_allowed', 'Expected GET or HEAD.');
      return errorResponse(request, error, {}, { allow: 'GET, HEAD' });
    }
    if (path === '/healthz') return replyJson(request, 200, { status: 'ok' });
    if (path === '/readyz') {
      return metrics
        .ready()
        .catch(() => false)
        .then((ready) =>
          replyJson(request, ready ? 200 : 503, { status: ready ? 'ready' : 'no data source has answered yet' }),
        );
    }
    const paths = [...metrics.paths, '/healthz', '/readyz'];
    const error = new GatewayzMetricsError('not_found', `There is nothing at this path; there is ${paths.join(', ')}.`);
    return errorResponse(request, error, { paths });
  }

  return {
    server,
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject).listen(port, host, () => {
          server.off('error', reject);
          const { address, family, port: bound } = server.address() as AddressInfo;
          const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
          log.info({}, `Server listening at ${url}`);
          resolve(url);
        });
      }),
    close() {
      closing ??= closeServer(server, connections).then(() => metrics.close());
      return closing;
    },
  };
}

/** `close` of the HTTP server would destroy connections whose last response is still being sent. */
async function closeServer(server: Server, connections: ConnectionTracker): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  connections.close();
  await closed;
  // Stops the timer that checks connections.
  server.close();
}

function replyJson(request: MetricsRequest, status: number, document: object): MetricsResponse {
  return documentResponse(request, status, 'application/json; charset=utf-8', `${JSON.stringify(document)}\n`);
}

/** Status for an error of Node's HTTP parser, as Node.js itself chooses it; undefined if the connection broke. */
function parserStatus({ code }: NodeJS.ErrnoException): number | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code?.startsWith('HPE_') ? 400 : undefined;
}

/** The bytes of a response to a request that could not be parsed. */
function refusal(status: number): string {
  const meaning = STATUS_CODES[status]!;
  const reply = errorResponse(
    { method: 'GET', url: '/', headers: {} },
    new GatewayzMetricsError('bad_request', `The request could not be parsed: ${meaning}.`),
  );
  const headers = Object.entries({ ...reply.headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${status} ${meaning}\r\n${headers.join('\r\n')}\r\n\r\n${reply.body}`;
}

function isVerbose({ level }: ServiceLogger): boolean {
  return level === 'debug' || level === 'trace';
}

/** Logs a response at debug, without its query, which may contain a secret. */
function logResponse(log: ServiceLogger, request: IncomingMessage, response: ServerResponse): void {
  const started = performance.now();
  response.once('close', () => {
    const { statusCode, writableFinished } = response;
    const path = withoutTokens((request.url ?? '').split('?', 1)[0]!.slice(0, 200));
    const ms = Math.round(performance.now() - started);
    const fields = { method: request.method, path, status: statusCode, ms, requestId: requestIdOf(request) };
    log.debug(fields, writableFinished ? 'answered' : 'broken off');
  });
}

/** The client's id if it is harmless, so that its log and ours can be correlated. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? withoutTokens(given) : randomUUID();
}

/** Masks reader tokens, which have a prefix of their own, also where they were sent in the wrong place. */
function withoutTokens(text: string): string {
  return text.replace(/gwm_[\w-]+/g, 'gwm_***');
}
