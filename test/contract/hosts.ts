import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { Router } from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import { Hono } from 'hono';
import { pino } from 'pino';
import { expressHandler } from '../../src/adapters/express.js';
import { setupPrometheusRoutes } from '../../src/adapters/fastify.js';
import { fetchHandler } from '../../src/adapters/fetch.js';
import { nodeHandler } from '../../src/adapters/node.js';
import { createMetrics, type Metrics, type MetricsOptions } from '../../src/metrics.js';
import { createStandalone } from '../../src/standalone.js';
import { built } from '../support/built.js';
import { connectLike } from './connect-like.js';
import { serveFetch } from './serve-fetch.js';

/** A backend that has the endpoints: below `url` and `METRICS_PREFIX`. */
export interface RunningHost {
  readonly url: string;
  readonly metrics: Metrics;
  /** Ends the host as its framework does, and the metrics with it. */
  close(): Promise<void>;
}

export interface Host {
  readonly name: string;
  start(options: MetricsOptions): Promise<RunningHost>;
}

const silent = { info() {}, warn() {}, error() {} };

/** A host that is a server and the metrics beside it, requested at `below`. */
function serverHost(
  name: string,
  serve: (metrics: Metrics) => Server,
  { create = createMetrics, below = '' }: { readonly create?: typeof createMetrics; readonly below?: string } = {},
): Host {
  return {
    name,
    async start(options) {
      const metrics = await create({ logger: silent, ...options });
      const server = serve(metrics);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`,
        metrics,
        async close() {
          const closed = new Promise<void>((resolve) => server.close(() => resolve()));
          await metrics.close();
          server.closeAllConnections();
          await closed;
        },
      };
    },
  };
}

/** A Fastify application that has the routes in a scope with this prefix, requested at `below`. */
function fastifyHost(name: string, prefix: string, below = prefix): Host {
  return {
    name,
    async start(options) {
      const app = fastify({ forceCloseConnections: true });
      let metrics: Metrics | undefined;
      await app.register(
        async (scope) => {
          metrics = await setupPrometheusRoutes(scope, { logger: silent, ...options });
        },
        { prefix },
      );
      const url = (await app.listen({ port: 0, host: '127.0.0.1' })) + below;
      return { url, metrics: metrics!, close: () => app.close() };
    },
  };
}

const standalone: Host = {
  name: 'the standalone service',
  async start(options) {
    const metrics = await createMetrics({ logger: silent, ...options });
    const app = createStandalone(metrics, pino({ level: 'silent' }));
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), metrics, close: () => app.close() };
  },
};

const inThread: Host = {
  name: 'node:http, the engine in its thread',
  async start(options) {
    const index = (await import(/* @vite-ignore */ built('index.js').href)) as { createMetrics: typeof createMetrics };
    const host = serverHost(this.name, (metrics) => createServer(nodeHandler(metrics)), {
      create: index.createMetrics,
    });
    return host.start({ ...options, metricsWorker: true });
  },
};

/** Every kind of backend that can have the endpoints. */
export const hosts: readonly Host[] = [
  serverHost('node:http', (metrics) => createServer(nodeHandler(metrics))),
  inThread,
  standalone,
  fastifyHost('Fastify', ''),
  fastifyHost('Fastify, nested below a prefix', '/internal/v1'),
  fastifyHost('Fastify, nested below a prefix with a parameter', '/:environment', '/production'),
  serverHost('Express 5', (metrics) => createServer(express().use(expressHandler(metrics)))),
  serverHost('Express 4', (metrics) => createServer(express4().use(expressHandler(metrics)))),
  serverHost(
    'Express 5, mounted below a path, in a router',
    (metrics) => createServer(express().use('/internal', Router().use('/:environment', expressHandler(metrics)))),
    { below: '/internal/production' },
  ),
  serverHost(
    'connect and its like, mounted below a path',
    (metrics) => createServer(connectLike([['/internal', expressHandler(metrics)]])),
    { below: '/internal' },
  ),
  serverHost('Hono', (metrics) => {
    const handler = fetchHandler(metrics);
    return serveFetch(new Hono().all('*', ({ req }) => handler(req.raw)).fetch);
  }),
];
