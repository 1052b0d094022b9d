import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withSettings } from '../../src/docs/settings-markdown.js';
import { datasourceMetrics, stateMetrics, workerMetrics } from '../../src/own-metrics.js';
import { metricNames } from '../../src/promql/selectors.js';
import { requestMetrics } from '../../src/request-metrics.js';

const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

describe('docs/operations.md', () => {
  it('has the table of settings that npm run generate writes', () => {
    expect(operations).toBe(withSettings(operations));
  });

  it('answers its questions in PromQL that parses, with metrics that we have', () => {
    const section = operations.split('## Metrics of its own')[1]!.split('\n## ')[0]!;
    const asked = [...section.matchAll(/^\| [^|]+\? \| `(.+)` \|$/gm)].map((match) => match[1]!);
    expect(asked.length).toBeGreaterThanOrEqual(10);
    const names = asked.flatMap((promql) => [...metricNames(promql)]);
    const ours = [...stateMetrics, ...Object.values({ ...workerMetrics, ...requestMetrics, ...datasourceMetrics })].map(
      ({ name }) => name,
    );
    expect(names.map((name) => name.replace(/_bucket$/, '')).filter((name) => !ours.includes(name))).toEqual([]);
  });
});
