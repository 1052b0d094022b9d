import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { nodeHandler } from '../../src/adapters/node.js';
import { createDatasource, type Datasource, type DatasourceOptions } from '../../src/datasource/create-datasource.js';
import { toDatasourceRequest } from '../../src/datasource/message.js';
import type { PrometheusSettings } from '../../src/prometheus/prometheus-settings.js';
import { type FakePrometheus, type FakePrometheusOptions, startFakePrometheus } from '../support/fake-prometheus.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

export interface StartedDatasource {
  readonly datasource: Datasource;
  /** Of the server that serves it. */
  readonly url: string;
  /** Lines for the log, as they came. */
  readonly log: readonly string[];
  /** Calls for one answer; `path` is what follows the prefix. Rejects when the answer breaks off. */
  readonly ask: (path: string, options?: AskOptions) => Promise<Answer>;
}

export interface StartedFake extends StartedDatasource {
  readonly fake: FakePrometheus;
}

type Given = Partial<Omit<DatasourceOptions, 'upstream'>> & { readonly upstream?: Partial<PrometheusSettings> };

/** A datasource before a fake upstream, on a server of its own below `/prometheus`; all closed when the test ends. */
export async function startDatasource(given: Given = {}, options: FakePrometheusOptions = {}): Promise<StartedFake> {
  const fake = await startFakePrometheus(options);
  onTestFinished(() => fake.close());
  return { ...(await serveDatasource({ ...given, upstream: { prometheusUrl: fake.url, ...given.upstream } })), fake };
}

/** The same before an upstream that runs already. */
export async function serveDatasource(
  given: Given & { readonly upstream: Pick<PrometheusSettings, 'prometheusUrl'> },
): Promise<StartedDatasource> {
  const log: string[] = [];
  const note = (fields: object, message: string) => log.push(`${message} ${JSON.stringify(fields)}`);
  const datasource = createDatasource({
    prefix: '/prometheus',
    logger: { info: note, warn: note, error: note },
    ...given,
    upstream: {
      prometheusTimeout: 10_000,
      prometheusConnections: 4,
      prometheusMaxBody: 64 * 1024 * 1024,
      ...given.upstream,
    },
  });
  const server = createServer(nodeHandler({ handle: (sent) => datasource.handle(toDatasourceRequest(sent)) }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await datasource.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { prefix = '/prometheus' } = given;
  return { datasource, url, log, ask: (path, asked) => ask(`${url}${prefix}${path}`, asked) };
}

/** One call over HTTP, nothing decoded; the path goes on the wire as it is written. */
export function ask(url: string, { method = 'GET', headers = {}, body, signal }: AskOptions = {}): Promise<Answer> {
  const { origin, port } = new URL(url);
  const path = url.slice(origin.length);
  return new Promise((resolve, reject) => {
    const length =
      body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { ...length, ...headers },
      agent: false,
      ...(signal && { signal }),
    });
    sent.on('error', reject).on('response', (response) => {
      buffer(response).then(
        (whole) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole }),
        reject,
      );
    });
    sent.end(body);
  });
}

/** The headers of a form. */
export const form = { 'content-type': 'application/x-www-form-urlencoded' } as const;

/** Values of the datasource's own metrics, by `name{label="value"}`. */
export function ownMetrics(datasource: Datasource): Record<string, string> {
  return Object.fromEntries(
    datasource.metrics().flatMap(({ name, metrics }) =>
      metrics.map((metric) => {
        const labels = Object.entries(metric.labels).map(([label, value]) => `${label}="${value}"`);
        const key = name.replace('gatewayz_metrics_datasource_', '');
        return [labels.length === 0 ? key : `${key}{${labels}}`, 'value' in metric ? metric.value : ''];
      }),
    ),
  );
}
