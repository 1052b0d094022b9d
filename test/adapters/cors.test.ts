import express from 'express';
import fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { expressHandler } from '../../src/adapters/express.js';
import { setupPrometheusRoutes } from '../../src/adapters/fastify.js';
import { createMetrics } from '../../src/metrics.js';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { listen } from '../support/listen.js';

const origin = 'https://dashboard.example';
const logger = { info() {}, warn() {}, error() {} };

async function options() {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  return { env: {}, prometheusUrl: fake.url, metricsWorker: false, logger, datasource: true };
}

/** What a page of the origin is allowed by the answers of both APIs. */
async function leaves(url: string): Promise<(string | null)[]> {
  const paths = ['/prometheus/metrics/summary', '/prometheus/metrics/docs', '/prometheus/api/v1/query?query=up'];
  const answers = await Promise.all(paths.map((path) => fetch(url + path, { headers: { origin } })));
  for (const { headers } of answers) {
    const vary = headers.get('vary')?.split(/, ?/) ?? [];
    expect(vary).toEqual(expect.arrayContaining(['Accept-Encoding', 'Authorization']));
    expect(vary.includes('Origin')).toBe(headers.has('access-control-allow-origin'));
  }
  return answers.map(({ headers }) => headers.get('access-control-allow-origin'));
}

test('in Fastify pages of other origins get the leave that the host gives, and none of its own', async () => {
  for (const allows of [true, false]) {
    const app = fastify({ forceCloseConnections: true });
    onTestFinished(() => app.close());
    if (allows) {
      app.addHook('onRequest', async (request, reply) => {
        reply.header('access-control-allow-origin', origin).header('vary', 'Origin');
        if (request.method === 'OPTIONS') await reply.code(204).send();
      });
    }
    await setupPrometheusRoutes(app, await options());
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const expected = allows ? origin : null;
    expect(await leaves(url)).toEqual([expected, expected, expected]);
    const preflight = await fetch(`${url}/prometheus/metrics/summary`, { method: 'OPTIONS', headers: { origin } });
    expect(preflight.status).toBe(allows ? 204 : 405);
  }
});

test('in Express too', async () => {
  for (const allows of [true, false]) {
    const metrics = await createMetrics(await options());
    onTestFinished(() => metrics.close());
    const app = express();
    if (allows) {
      app.use((_request, response, next) => {
        response.setHeader('access-control-allow-origin', origin);
        response.setHeader('vary', 'Origin');
        next();
      });
    }
    app.use(expressHandler(metrics));
    const expected = allows ? origin : null;
    expect(await leaves(await listen(app))).toEqual([expected, expected, expected]);
  }
});
