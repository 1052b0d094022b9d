import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { hosts, type RunningHost } from '../contract/hosts.js';
import { startTestPrometheus } from '../support/prometheus.js';
import { seed } from '../support/seed-series.js';
import { until } from '../support/until.js';
import { startVictoriaMetrics } from '../support/victoria-metrics.js';
import {
  from,
  grafanaCalls,
  prometheusCalls,
  type RecordedCall,
  to,
  victoriaMetricsCalls,
  wrongCalls,
} from './grafana-calls.js';
import { type Answer, ask } from './start-datasource.js';

const models = ['alder-base', 'alder-chat', 'birch-base', 'birch-long'];
const step = 15_000;
const start = from * 1000 - 600_000;
const samples = (to * 1000 - start) / step;
const counter = (name: string, labels: Record<string, string>, increase: number) => ({
  name,
  labels,
  values: `0+${increase}x${samples}`,
  start,
  step,
});

/** What both databases hold: an hour of a gateway. */
const series = seed([
  counter('up', { job: 'gateway', instance: 'a' }, 0),
  ...models.flatMap((model, index) =>
    ['success', 'error'].map((status, rank) =>
      counter('model_inference_requests_total', { model, provider: model.split('-')[0]!, status }, index + rank / 4),
    ),
  ),
  ...['0.5', '1', '+Inf'].map((le, index) => counter('model_inference_duration_seconds_bucket', { le }, index + 1)),
]);

/** Evaluated so rarely that two answers about them are the same. */
const rules = `
groups:
  - name: gateway
    interval: 10000h
    rules:
      - { record: "job:up:sum", expr: "sum by (job) (up)" }
      - { alert: GatewayDown, expr: "up == 0", for: 5m, labels: { severity: page } }
`;

interface Upstream {
  readonly url: string;
  close(): Promise<void>;
}

/** A Prometheus with the series, rules, and exemplars from a target. */
async function startPrometheus(): Promise<Upstream> {
  const target = await listen(
    createServer((_request, response) => {
      response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8');
      const lines = ['# TYPE exemplary counter', '# HELP exemplary Has exemplars.'];
      response.end([...lines, 'exemplary_total 5 # {trace_id="abc"} 0.5 1700000000.5', '# EOF', ''].join('\n'));
    }),
  );
  const flags = ['--enable-feature=exemplar-storage'];
  const scrape = [new URL(target.url).host];
  const prometheus = await startTestPrometheus({ series, rules, scrape, flags }).catch(async (error: unknown) => {
    await target.close();
    throw error;
  });
  const close = async () => {
    await prometheus.close();
    await target.close();
  };
  try {
    await until(
      async () => {
        const answer = await fetch(`${prometheus.url}/api/v1/query_exemplars?query=exemplary_total&start=0&end=9e9`);
        return ((await answer.json()) as { data: unknown[] }).data.length > 0;
      },
      { what: 'the exemplars have been scraped', within: 30_000 },
    );
    return { url: prometheus.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(server: Server): Promise<Upstream> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

const upstreams = [
  {
    name: 'Prometheus',
    there: true,
    start: startPrometheus,
    calls: [...grafanaCalls, ...wrongCalls, ...prometheusCalls],
  },
  {
    name: 'VictoriaMetrics',
    there: inject('victoriaMetrics') !== undefined,
    start: () => startVictoriaMetrics(series),
    calls: [...grafanaCalls, ...wrongCalls, ...victoriaMetricsCalls].map(withoutCache),
  },
];

/** VictoriaMetrics would otherwise move instants, differently from call to call. */
function withoutCache(call: RecordedCall): RecordedCall {
  return { ...call, path: `${call.path}${call.path.includes('?') ? '&' : '?'}nocache=1` };
}

/** What has to be the same; bodies decoded, so that a difference can be read. */
function content({ status, headers, body }: Answer) {
  const { allow, 'content-type': type } = headers;
  const zipped = headers['content-encoding'] === 'gzip' && body.length > 0;
  return { status, type, allow, text: String(zipped ? gunzipSync(body) : body) };
}

describe.each(upstreams.filter(({ there }) => there))('before $name', ({ start, calls }) => {
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await start();
  });
  afterAll(() => upstream?.close());

  // What the engine does in a thread of its own makes no difference here.
  describe.each(hosts.filter(({ name }) => !name.includes('thread')))('$name', (host) => {
    let running: RunningHost;
    beforeAll(async () => {
      running = await host.start({ env: {}, prometheusUrl: upstream.url, datasource: true, metricsWorker: false });
    });
    afterAll(() => running?.close());

    test.each(calls)('$name', async ({ path, ours, ...options }) => {
      const direct = await ask(`${upstream.url}${path}`, options);
      const through = await ask(`${running.url}/prometheus${path}`, options);
      expect(content(through)).toEqual(content(direct));
      if (ours) return;
      expect(through.headers['content-encoding']).toBe(direct.headers['content-encoding']);
      expect(through.body.equals(direct.body)).toBe(true);
    });
  });
});
