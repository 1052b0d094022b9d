import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { tempStack } from './temp-stack.js';

interface Job {
  readonly job_name: string;
  readonly scrape_interval?: string;
  readonly static_configs: readonly { readonly targets: readonly string[]; readonly labels?: unknown }[];
}

async function jobsAfter(text: string, more: Readonly<Record<string, string>> = {}): Promise<readonly Job[]> {
  const stack = await tempStack({ 'prom.yml': text, ...more });
  await stack.remove();
  return (parse(await stack.read('prom.yml')) as { scrape_configs: readonly Job[] }).scrape_configs;
}

const lines = (...jobs: readonly string[]): string => `scrape_configs:\n${jobs.map((job) => `  - ${job}\n`).join('')}`;

describe("the job that replaces the exporter's", () => {
  it('is copied from the job of its own, not from one that scrapes others as well', async () => {
    const jobs = await jobsAfter(
      lines(
        '{job_name: all, scrape_interval: 5m, static_configs: [{targets: ["health-service-exporter:8002", "a:1"], labels: {x: y}}]}',
        '{job_name: hse, scrape_interval: 15s, static_configs: [{targets: ["health-service-exporter:8002"], labels: {env: prod}}]}',
        '{job_name: more, scrape_interval: 9m, static_configs: [{targets: ["b:1", "health-service-exporter:8002"], labels: {x: z}}]}',
      ),
    );
    expect(jobs.map(({ job_name: name }) => name)).toEqual(['all', 'gatewayz_metrics', 'more']);
    expect(jobs[1]).toMatchObject({ scrape_interval: '15s', static_configs: [{ labels: { env: 'prod' } }] });
    expect(jobs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets))).toEqual([
      'a:1',
      'backend:8000',
      'b:1',
    ]);
  });

  it('has the labels of the group that has the exporter', async () => {
    const jobs = await jobsAfter(
      lines(
        '{job_name: all, static_configs: [{targets: ["a:1"], labels: {env: a}}, {targets: ["health-service-exporter:8002"], labels: {env: b}}]}',
      ),
    );
    expect(jobs).toEqual([
      { job_name: 'all', static_configs: [{ targets: ['a:1'], labels: { env: 'a' } }] },
      expect.objectContaining({ static_configs: [{ targets: ['backend:8000'], labels: { env: 'b' } }] }),
    ]);
  });

  it.each([
    [
      'jobs with different labels',
      [
        '{job_name: health_service_exporter, static_configs: [{targets: ["hse:8002"], labels: {region: eu}}]}',
        '{job_name: health_service_exporter_2, static_configs: [{targets: ["hse:8002"], labels: {region: us}}]}',
      ],
    ],
    [
      'jobs with different targets',
      [
        '{job_name: health-service-exporter-eu, static_configs: [{targets: ["eu.example.com:8002"]}]}',
        '{job_name: health-service-exporter-us, static_configs: [{targets: ["us.example.com:8002"]}]}',
      ],
    ],
    [
      'groups of one job with different labels',
      [
        '{job_name: health_service_exporter, static_configs: [{targets: ["a:8002"], labels: {e: a}}, {targets: ["b:8002"], labels: {e: b}}]}',
      ],
    ],
    [
      'groups of a job that has others too',
      [
        '{job_name: all, static_configs: [{targets: ["health-service-exporter:8002", "n:1"], labels: {e: a}}, {targets: ["health-service-exporter-staging:8002"], labels: {e: b}}]}',
      ],
    ],
  ])('is left to a person for %s: nothing is removed or renamed', async (_, jobs) => {
    const text = lines(...jobs);
    const name = /job_name: ([\w-]+)/.exec(text)![1]!;
    const rules = `groups:\n  - rules:\n      - alert: A\n        expr: up{job="${name}"} == 0\n`;
    const stack = await tempStack({ 'prom.yml': text, 'rules.yml': rules });
    const found = await stack.plan();
    expect(found.filter(({ action }) => action !== 'by hand')).toEqual([]);
    expect(found.filter(({ why }) => why.includes('several exporters with different labels or targets')).length).toBe(
      text.match(/:8002/g)!.length === 2 ? found.filter(({ file }) => file === 'prom.yml').length : 0,
    );
    await stack.remove();
    expect(await stack.read('prom.yml')).toBe(text);
    expect(await stack.read('rules.yml')).toBe(rules);
  });

  it('does not replace a probe of the exporter, and tells of relabelling that it does not have', async () => {
    const stack = await tempStack({
      'prom.yml': lines(
        '{job_name: probe, metrics_path: /probe, static_configs: [{targets: ["http://health-service-exporter:8002/health"]}]}',
        '{job_name: health_service_exporter, static_configs: [{targets: ["hse:8002"]}], relabel_configs: [{target_label: env, replacement: prod}]}',
      ),
      'rules.yml':
        'groups:\n  - rules:\n      - {alert: A, expr: gatewayz_health_service_up{env="prod"} == 0}\n      - {alert: B, expr: gatewayz_health_service_up{env="dev"} == 0}\n'.replace(
          /expr: (.*?)\}\n/g,
          "expr: '$1'}\n",
        ),
    });
    expect((await stack.plan()).map(({ file, line, action, why }) => `${file}:${line} ${action}: ${why}`)).toEqual([
      'prom.yml:2 by hand: the job probe probes the exporter; point it at gatewayz_metrics or remove it',
      expect.stringMatching(/^prom.yml:3 remove/),
      'prom.yml:3 by hand: relabel_configs of the job health_service_exporter are not copied to gatewayz_metrics; copy those that you need',
      expect.stringMatching(/^rules.yml:3 by hand: alert "A": it selects the exporter in a way/),
      expect.stringMatching(/^rules.yml:4 keep/),
    ]);
  });
});

describe('a target', () => {
  const compose = (ports: string) =>
    `services:\n  metrics: {image: acme/health-service-exporter, ports: [${ports}]}\n  grafana: {image: g, depends_on: [metrics]}\n`;

  it.each([
    ['metrics:9100', '"8002:8002"', false],
    ['metrics:8002', '"8002:8002"', true],
    ['metrics:9000', '"127.0.0.1:18002:9000"', true],
    ['metrics.internal:8002', '"8002"', true],
    [`$\{METRICS_HOST:-metrics}:8002`, '"8002"', true],
    ['metrics-server:8002', '"8002"', false],
  ])('%s is the exporter with the ports %s: %s', async (target, ports, isExporter) => {
    const text = lines(`{job_name: some, static_configs: [{targets: ["${target}"]}]}`);
    const rules = 'groups:\n  - rules:\n      - {alert: A, expr: \'up{job="some"} == 0\'}\n';
    const stack = await tempStack({ 'compose.yml': compose(ports), 'prom.yml': text, 'rules.yml': rules });
    await stack.remove();
    expect((await stack.read('prom.yml')) !== text).toBe(isExporter);
    expect((await stack.read('rules.yml')) !== rules).toBe(isExporter);
  });

  it('of a job named like the exporter stays where its port is of another exporter', async () => {
    const text = lines(
      '{job_name: health-service-exporter, static_configs: [{targets: ["10.0.0.5:8002", "10.0.0.6:9100"]}]}',
    );
    const stack = await tempStack({ 'prom.yml': text });
    await stack.remove();
    await stack.remove();
    expect(parse(await stack.read('prom.yml'))).toMatchObject({
      scrape_configs: [
        { job_name: 'health-service-exporter', static_configs: [{ targets: ['10.0.0.6:9100'] }] },
        { job_name: 'gatewayz_metrics' },
      ],
    });
  });
});
