import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { nodeHandler } from './adapters/node.js';
import { GatewayzMetricsError } from './errors.js';
import { belowMetrics } from './http/below-metrics.js';
import { limitConnections } from './http/limit-connections.js';
import { safetyHeaders } from './http/safety-headers.js';
import type { Metrics } from './metrics.js';

/** How long a client may take, in milliseconds. Neither Node.js nor Fastify have all of them by default. */
export interface ConnectionLimits {
  /** Until the headers of a request have come, from the first byte on or, on a new connection, from its beginning. */
  readonly headersTimeout: number;
  /** Until the whole request has come. */
  readonly requestTimeout: number;
  /** How often these two are looked at: they may be exceeded by this much. */
  readonly connectionsCheckingInterval: number;
  /** Between two requests. */
  readonly keepAliveTimeout: number;
  /** From the headers of a request to the last byte of its answer; a client that reads slowly is cut off then. */
  readonly answerTimeout: number;
  /** The same for the datasource, whose queries may take two minutes upstream. */
  readonly datasourceTimeout: number;
}

/** Those of the service. */
export const usualLimits: ConnectionLimits = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  // Longer than the idle time of common load balancers, so that they, not we, end a connection.
  keepAliveTimeout: 75_000,
  answerTimeout: 60_000,
  datasourceTimeout: 180_000,
};

/**
 * The standalone service. The paths of the metrics, and of the datasource where it is on, are answered in the request
 * listener, before Fastify routes: they are what this process is for, and need nothing of it. Fastify has the rest:
 * `/healthz`, `/readyz`, and answers to anything else.
 */
export function createStandalone(
  metrics: Metrics,
  log: FastifyBaseLogger,
  limits: ConnectionLimits = usualLimits,
): FastifyInstance {
  const { answerTimeout, datasourceTimeout, ...serverLimits } = limits;
  const answer = nodeHandler(metrics);
  const isMetrics = belowMetrics(metrics.settings.metricsPrefix);
  const isOurs = (url: string): boolean => isMetrics(url) || metrics.datasource?.owns(url) === true;

  const limitAnswer = limitConnections();
  let closing = false;
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    forceCloseConnections: 'idle',
    serverFactory: (route) =>
      // Joined, two `Authorization` headers are no token; else Node would keep the first and a proxy may have judged the other.
      // Two readings of one request are a way past a proxy's rules: what is not clear is refused, whatever flags Node.js has.
      createServer({ ...serverLimits, joinDuplicateHeaders: true, insecureHTTPParser: false }, (request, response) => {
        const url = request.url ?? '';
        limitAnswer(request.socket, response, metrics.datasource?.owns(url) ? datasourceTimeout : answerTimeout);
        if (!isOurs(url)) return route(request, response);
        // What goes wrong with metrics has been logged where it did.
        if (isVerbose(log) || !isMetrics(url)) logAnswer(log, request, response);
        // Fastify says so in the answers that it routes; a client that goes on asking would keep the server open.
        if (closing) response.shouldKeepAlive = false;
        return answer(request, response);
      }),
  });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = await metrics.ready();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'no data source has answered yet' });
  });
  app.addHook('onRequest', async (request, reply) => {
    logAnswer(request.log, request.raw, reply.raw);
    reply.headers(safetyHeaders);
  });
  app.setNotFoundHandler((_request, reply) => {
    const paths = [...metrics.paths, '/healthz', '/readyz'];
    const { code, message, status } = new GatewayzMetricsError('not_found', 'There is nothing at this path.');
    return reply.code(status).send({ error: { code, message }, paths });
  });
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onClose', () => metrics.close());
  return app;
}

function isVerbose({ level }: FastifyBaseLogger): boolean {
  return level === 'debug' || level === 'trace';
}

/** Answers are logged at debug, defects at warn; the query, which may hold a secret, and tokens never are. */
function logAnswer(log: FastifyBaseLogger, request: IncomingMessage, response: ServerResponse): void {
  const started = performance.now();
  response.once('close', () => {
    const { statusCode, writableFinished } = response;
    // That a data source cannot be had, which 502 and 503 say, is logged once, when it begins.
    const level = statusCode === 500 ? 'warn' : 'debug';
    if (level === 'debug' && !isVerbose(log)) return;
    const path = withoutTokens((request.url ?? '').split('?', 1)[0]!.slice(0, 200));
    const ms = Math.round(performance.now() - started);
    const told = { method: request.method, path, status: statusCode, ms, requestId: requestIdOf(request) };
    log[level](told, writableFinished ? 'answered' : 'broken off');
  });
}

/** The client's own id where it is a harmless word, so that its log and ours can be read together. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? withoutTokens(given) : randomUUID();
}

/** Readers' tokens have a prefix of their own: one that was put in a wrong place is not logged either. */
function withoutTokens(text: string): string {
  return text.replace(/gwm_[\w-]+/g, 'gwm_***');
}
