import { describe, expect, it } from 'vitest';
import { classifyQuery, type QueryClassification } from '../../../src/tools/migrate/find/classify-query.js';
import type { StackFacts } from '../../../src/tools/migrate/find/facts.js';

const facts: StackFacts = {
  services: new Set(),
  staying: new Map(),
  dataSources: { types: new Map(), defaultType: undefined },
  isMigrated: false,
  hosts: new Map([['hse', new Set(['8002'])]]),
  jobs: new Set(['health_service_exporter', 'hse.jobs']),
  jobsByHand: new Map([['health', 'relabelling sets it']]),
  instances: new Set(['hse:8002', 'health-service-exporter:8002']),
  relabelled: [{ label: 'env', value: 'prod' }],
};
const up = 'gatewayz_health_service_up';

/** The query with the names exchanged, as the edits of the file would do it. */
function renamed(query: string, { renames }: QueryClassification): string {
  const text = renames.toSorted((a, b) => b.at - a.at);
  return text.reduce((rest, { at, job }) => `${rest.slice(0, at)}NEW${rest.slice(at + job.length)}`, query);
}

describe('a query that selects the job by name', () => {
  it.each([
    [`${up}{job="health_service_exporter"}`, `${up}{job="NEW"}`],
    [`${up}{env="x",job = 'health_service_exporter'}`, `${up}{env="x",job = 'NEW'}`],
    [`sum(${up}{job=\`health_service_exporter\`})`, `sum(${up}{job=\`NEW\`})`],
    [`${up}{job=~"node|health_service_exporter"}`, `${up}{job=~"node|NEW"}`],
    [`up{job=~"(health_service_exporter|hse.jobs)"}`, undefined],
    [`ALERTS{job="health_service_exporter"}`, `ALERTS{job="NEW"}`],
    [`up{job="hse.jobs"}`, `up{job="NEW"}`],
    [`{job="health_service_exporter"}`, `{job="NEW"}`],
    [`{__name__=~"gatewayz_health_.+", job="health_service_exporter"}`, `{__name__=~"gatewayz_health_.+", job="NEW"}`],
    [`{"${up}", "job"="health_service_exporter"}`, `{"${up}", "job"="NEW"}`],
    [`rate(${up}{job="health_service_exporter"}[$__rate_interval])`, `rate(${up}{job="NEW"}[$__rate_interval])`],
    [
      `${up}{job="health_service_exporter"}[\${range}:$step] # job="health_service_exporter"`,
      `${up}{job="NEW"}[\${range}:$step] # job="health_service_exporter"`,
    ],
    [`label_values(${up}{job="health_service_exporter"}, instance)`, `label_values(${up}{job="NEW"}, instance)`],
    [`query_result(max(${up}{job="health_service_exporter"}))`, `query_result(max(${up}{job="NEW"}))`],
    [
      `label_replace(${up}{job="health_service_exporter"}, "x", "health_service_exporter", "", "")`,
      `label_replace(${up}{job="NEW"}, "x", "health_service_exporter", "", "")`,
    ],
    [
      `up{job="health_service_exporter_2"} or ${up}{job="health_service_exporter"}`,
      `up{job="health_service_exporter_2"} or ${up}{job="NEW"}`,
    ],
  ])('%s', (query, expected) => {
    const classification = classifyQuery(query, facts, false)!;
    expect(classification.action).toBe(expected === undefined ? 'by hand' : 'replace');
    if (expected !== undefined) expect(renamed(query, classification)).toBe(expected);
  });
});

describe('a query without a job', () => {
  it.each([
    [up, 'apart'],
    [`${up} == 1`, 'apart'],
    [`topk(3, gatewayz_health_status_distribution)`, 'apart'],
    [`sum by (instance) (${up})`, 'apart'],
    [`max without (job) (${up})`, 'apart'],
    [`sum(gatewayz_health_tracked_models)`, 'added'],
    [`count(gatewayz_health_tracked_models) by (env)`, 'added'],
    [`sum without (job, instance) (gatewayz_health_tracked_models)`, 'added'],
    [`max(sum by (job) (gatewayz_health_tracked_models))`, undefined],
    [`max(gatewayz_health_tracked_models)`, undefined],
    [`avg by (status) (gatewayz_health_status_distribution)`, undefined],
    [`absent(${up})`, undefined],
    [`gatewayz_health_tracked_models / on() gatewayz_health_total_models`, 'fails'],
    [`gatewayz_health_tracked_models / ignoring(job, instance) gatewayz_health_total_models`, 'fails'],
    [`gatewayz_health_tracked_models / gatewayz_health_total_models`, 'apart'],
    [`scalar(${up})`, 'fails'],
    [`${up}{job=~"$job"}`, 'apart'],
    [`${up}{job=~".+"}`, 'apart'],
  ])('%s keeps working, and what it shows while both jobs are scraped: %s', (query, overlap) => {
    expect(classifyQuery(query, facts, false)).toMatchObject({ action: 'keep', ...(overlap && { overlap }) });
    expect(classifyQuery(query, facts, false)?.overlap).toBe(overlap);
  });
});

describe('a query that cannot be judged by rule', () => {
  it.each([
    [`${up}{instance="health-service-exporter:8002"}`, /does not match/],
    [`${up}{instance=~"hse:.*"}`, /does not match/],
    [`up{instance=~"health.*"}`, /does not match/],
    [`up{instance=~"(?i)HSE:8002"}`, /does not match/],
    [`up{job=~"health.*$"}`, /relabelling sets it/],
    [`up{job=~"(?i:health.*)"}`, /does not match/],
    [`count by (job) ({__name__="up", job=~"health.+"})`, /does not match/],
    [`ALERTS{alertname="A", instance="hse:8002"}`, /does not match/],
    [`up{job="health\\u005fservice_exporter"}`, /with escapes/],
    [`label_replace(up, "a", "$1", "job", "(hse.*|health_service_exporter)")`, /label_replace/],
    [`label_replace(up, "a", "$1", "instance", "hse:.*")`, /label_replace/],
    [`${up}{env="prod"}`, /does not match/],
    [`up{job="health"}`, /relabelling sets it/],
    [`up{job=~".*_exporter"}`, /does not match/],
    [`process_resident_memory_bytes{job="health_service_exporter"}`, /does not match/],
    [`up{job!="health_service_exporter"}`, /decide whether to exclude gatewayz_metrics too/],
    [`sum(rate({job="health_service_exporter"} |= "error" [5m]))`, /does not parse as PromQL/],
    [`${up}{job="health_service_exporter"`, /does not parse as PromQL/],
  ])('%s', (query, why) => {
    const classification = classifyQuery(query, facts, false);
    expect(classification).toMatchObject({ action: 'by hand', renames: [] });
    expect(classification?.why).toMatch(why);
  });
});

describe('an alert', () => {
  it.each([
    ['up == 0', 'keep', /fires when the exporter stops and until its scrape job is removed/],
    ['up{job!="prometheus"} == 0', 'keep', /fires when the exporter stops/],
    ['count(up == 1) < 5', 'keep', /counts targets/],
    ['absent(up{job="health_service_exporter"})', 'replace', /unchanged, it would fire forever/],
    [`${up} == 0`, 'keep', /fires once per job while both jobs are scraped/],
    ['up offset 1h unless up', 'by hand', /removed job/],
    [`gatewayz_health_score < 1`, 'keep', /was never a metric of the exporter/],
    [`${up}{job="other"} == 0`, 'keep', /of another job/],
  ])('%s: %s', (query, action, why) => {
    const classification = classifyQuery(query, facts, true);
    expect(classification?.action).toBe(action);
    expect(classification?.why).toMatch(why);
  });
});

describe('a query that is none of ours', () => {
  it.each([
    'rate(http_requests_total[5m])',
    'up{job="node"}',
    'up{env="production"}',
    'up{job!="gatewayz_metrics"}',
    'not PromQL at all {',
    '',
  ])('%s', (query) => {
    expect(classifyQuery(query, facts, true)).toBeUndefined();
  });
});
