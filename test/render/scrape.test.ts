import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Family } from '../../src/model.js';
import { expositionType, renderExposition } from '../../src/render/exposition.js';
import { openMetricsType, renderOpenMetrics } from '../../src/render/open-metrics.js';
import { seriesKey } from '../support/check-family.js';
import { startTestPrometheus } from '../support/prometheus.js';
import { until } from '../support/until.js';
import { arbitraryFamilies } from './arbitrary-families.js';
import { asNumber, expectedFamily } from './expected-families.js';
import { marker } from './sample-families.js';

const many = arbitraryFamilies({ minLength: 100, maxLength: 100, size: 'max' });
const families = fc.sample(many, { numRuns: 1, seed: 11 }).flat();

test.each([
  ['the text format', expositionType, renderExposition, false],
  ['OpenMetrics', openMetricsType, renderOpenMetrics, true],
] as const)(
  'Prometheus scrapes exactly the series of %s, whatever texts they carry',
  async (_title, type, render, openMetrics) => {
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', type).end(render(families, marker));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const prometheus = await startTestPrometheus({ scrape: [target] });
    try {
      await until(async () => (await prometheus.vector('up == 1')).length === 1, { what: 'the scrape succeeds' });
      const { result } = await prometheus.query(`{${marker.label}="${marker.value}"}`);
      const found = (result as { metric: Record<string, string>; value: [number, string] }[]).map(
        ({ metric: { __name__ = '', job: _job, instance: _instance, ...labels }, value: [, value] }) =>
          line(__name__, Object.entries(labels), value),
      );
      expect(found.sort()).toEqual(expectedLines(families, openMetrics));
    } finally {
      await prometheus.close();
      server.close();
    }
  },
);

function expectedLines(all: readonly Family[], openMetrics: boolean): string[] {
  const samples = all.flatMap((family) => expectedFamily(family, marker, openMetrics).samples);
  return samples.map(([name, labels, value]) => line(name, labels, value)).sort();
}

/** One spelling of a sample, whichever way bounds and values were spelled. */
function line(name: string, labels: readonly (readonly [string, string | number])[], value: string): string {
  const plain = labels.map(([label, text]) => {
    const numeric = typeof text === 'string' && (label === 'le' || label === 'quantile') ? asNumber(text) : text;
    return [label, String(numeric)];
  });
  return `${name}${seriesKey(Object.fromEntries(plain))} ${String(asNumber(value))}`;
}
