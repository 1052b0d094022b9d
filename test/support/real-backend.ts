import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Metric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly bounds: readonly string[];
}

/** What the backend's inventory says it writes; some are listed twice. */
function writtenMetrics(): readonly Metric[] {
  const inventory = readFileSync(new URL('../fixtures/backend-metrics.csv', import.meta.url), 'utf8');
  const metrics = inventory
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','))
    .filter(([, , , , written]) => written === 'yes')
    .map(([name = '', type = '', labels = '', bounds = '']): [string, Metric] => [
      name,
      { name, type, labels: labels.split('|').filter(Boolean), bounds: bounds.split('|').filter(Boolean) },
    ]);
  return [...new Map(metrics).values()];
}

/** Values that go together stand at the same place: status codes and their classes. Others: two made-up ones. */
const labelValues: Readonly<Record<string, readonly string[]>> = {
  provider: ['openrouter', 'fireworks', 'together'],
  model: ['llama-3.3-70b', 'qwen-2.5', 'deepseek-v3', 'mistral-large'],
  status: ['success', 'error'],
  status_code: ['200', '502'],
  status_class: ['2xx', '5xx'],
  method: ['POST', 'GET'],
  path: ['/v1/chat/completions', '/v1/models'],
  token_type: ['input', 'output'],
  table: ['users', 'usage_records'],
};

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Of the traffic; failures are rare. */
  readonly weight: number;
}

function seriesOf({ labels }: Metric): readonly Series[] {
  const places = [...Array(12).keys()];
  const all = places.map((place) => {
    const valueFor = (label: string): string => {
      const values = labelValues[label] ?? [`${label}-1`, `${label}-2`];
      return values[place % values.length] ?? '';
    };
    return Object.fromEntries(labels.map((label) => [label, valueFor(label)]));
  });
  const distinct = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()].map((one) => {
    const failed = one['status'] === 'error' || one['status_code'] === '502';
    return { labels: one, weight: failed ? 0.02 : 1 };
  });
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
}

/** One metric after so many seconds of steady traffic. */
function expose(metric: Metric, seconds: number): string {
  const { name, type, bounds } = metric;
  const kind = type === 'info' ? 'gauge' : type;
  const lines = seriesOf(metric).map(({ labels, weight }) => {
    const count = Math.floor(20 * weight * (seconds + 5));
    if (type === 'counter') return sample(name, labels, count);
    if (type === 'gauge' || type === 'info') return sample(name, labels, type === 'info' ? 1 : 3);
    const buckets = bounds.map((le, at) =>
      sample(`${name}_bucket`, { ...labels, le: decimal(le) }, Math.floor((count * (at + 1)) / (bounds.length + 1))),
    );
    const last = type === 'histogram' ? sample(`${name}_bucket`, { ...labels, le: '+Inf' }, count) : '';
    return `${buckets.join('')}${last}${sample(`${name}_sum`, labels, count * 0.4)}${sample(`${name}_count`, labels, count)}`;
  });
  return `# TYPE ${name} ${kind}\n${lines.join('')}`;
}

/** As the Python client spells bounds: `10.0`. */
function decimal(bound: string): string {
  return /[.e]/.test(bound) ? bound : `${bound}.0`;
}

/** A scrape target, `host:port`, with everything that the real backend writes and nothing else. */
export async function startRealBackend(): Promise<{ readonly target: string; close(): Promise<void> }> {
  const metrics = writtenMetrics();
  const startedAt = performance.now();
  const server = createServer((_request, response) => {
    const seconds = (performance.now() - startedAt) / 1000;
    response
      .setHeader('content-type', 'text/plain; version=0.0.4')
      .end(metrics.map((one) => expose(one, seconds)).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    target: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
