import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Dashboard } from '../../../support/grafana-queries.js';
import { calledFunctions } from '../../../support/promql-structure.js';
import { checkRules, testRules } from '../../../support/promtool.js';

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const alertsText = read('deploy/prometheus/rules/gatewayz-alerts.yml');
const grafanaText = read('deploy/grafana/provisioning/alerting/gatewayz.yml');

interface PrometheusAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}
interface GrafanaAlert {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly data: readonly [
    { readonly refId: string; readonly datasourceUid: string; readonly model: { readonly expr: string } },
    {
      readonly refId: string;
      readonly datasourceUid: string;
      readonly model: { readonly conditions: readonly [{ readonly evaluator: unknown }] };
    },
  ];
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}
interface Group<Rule> {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

const groups = (parse(alertsText) as { groups: readonly Group<PrometheusAlert>[] }).groups;
const alerts = groups.flatMap(({ rules }) => rules);
const grafanaGroups = (parse(grafanaText) as { groups: readonly Group<GrafanaAlert>[] }).groups;
const grafanaAlerts = grafanaGroups.flatMap(({ rules }) => rules);

/** Time and series in the notation of `promtool test rules`; what fires, or nothing. */
interface Case {
  readonly when: string;
  readonly series: Readonly<Record<string, string>>;
  /** Between two values of the series. */
  readonly interval?: string;
  readonly at: string;
  readonly fires?: { readonly labels?: Readonly<Record<string, string>>; readonly summary: string };
}

const requests = (success: string, error: string) => ({
  'model_inference_requests_total{provider="oak",model="m",status="success"}': success,
  'model_inference_requests_total{provider="oak",model="m",status="error"}': error,
});
const http = (ok: string, failed: string) => ({
  'fastapi_requests_total{path="/a",status_code="200"}': ok,
  'fastapi_requests_total{path="/a",status_code="502"}': failed,
});
const latency = (fast: string, all: string) => ({
  'model_inference_duration_seconds_bucket{provider="oak",le="10.0"}': fast,
  'model_inference_duration_seconds_bucket{provider="oak",le="+Inf"}': all,
  'model_inference_duration_seconds_count{provider="oak"}': all,
});
const target = 'job="gatewayz_metrics",instance="gm:8000"';
const refreshing = (snapshot: string | undefined, up: string, failures: string) => ({
  ...(snapshot !== undefined && { [`gatewayz_metrics_snapshot_timestamp_seconds{${target}}`]: snapshot }),
  [`gatewayz_metrics_upstream_up{${target}}`]: up,
  [`gatewayz_metrics_refreshes_total{${target},outcome="success"}`]: '7x60',
  [`gatewayz_metrics_refreshes_total{${target},outcome="failure"}`]: failures,
});
const polling = (up: string, failures: string) => ({
  [`gatewayz_health_service_up{${target}}`]: up,
  [`gatewayz_health_service_scrape_errors_total{${target}}`]: failures,
});
const ours = { job: 'gatewayz_metrics', instance: 'gm:8000' };

const cases: Readonly<Record<string, readonly Case[]>> = {
  GatewayzProviderDown: [
    {
      when: 'six of ten requests fail',
      series: requests('0+4x20', '0+6x20'),
      at: '15m',
      fires: {
        labels: { provider: 'oak' },
        summary: 'Provider oak is down: 60% of its inference requests fail.',
      },
    },
    {
      when: 'the gateway says that it is not available',
      series: { ...requests('0+4x20', '0+1x20'), 'provider_availability{provider="oak",job="g"}': '0x20' },
      at: '15m',
      fires: {
        labels: { provider: 'oak' },
        summary: 'Provider oak is down: 100% of its inference requests fail.',
      },
    },
    { when: 'half of the requests fail', series: requests('0+5x20', '0+5x20'), at: '15m' },
    { when: 'it has been so for four minutes', series: requests('0+4x20', '0+6x20'), at: '4m' },
    { when: 'it is idle', series: requests('9x20', '90x20'), at: '15m' },
    {
      when: 'only what this service hands out itself says so',
      series: { 'provider_availability{provider="oak",reexported_by="gatewayz-metrics",job="g"}': '0x20' },
      at: '15m',
    },
  ],
  GatewayzErrorBudgetFastBurn: [
    {
      when: 'a tenth of the requests fails for an hour',
      series: http('0+90x80', '0+10x80'),
      at: '70m',
      fires: { summary: 'Availability error budget burns at 20.0 times the allowed rate, over 5m and 1h.' },
    },
    { when: '7 % of the requests fail', series: http('0+93x80', '0+7x80'), at: '70m' },
    { when: 'it is over', series: http('0+90x80', '0+10x60 600x20'), at: '70m' },
    { when: 'it has only begun', series: http('0+90x80', '0x66 10+10x14'), at: '72m' },
    { when: 'nobody asks', series: http('90x80', '10x80'), at: '70m' },
  ],
  GatewayzErrorBudgetSlowBurn: [
    {
      when: '4 % of the requests fail for six hours',
      series: http('0+96x400', '0+4x400'),
      at: '390m',
      fires: { summary: 'Availability error budget burns at 8.0 times the allowed rate, over 30m and 6h.' },
    },
    { when: '2.9 % of the requests fail', series: http('0+97.1x400', '0+2.9x400'), at: '390m' },
    { when: 'it is over', series: http('0+96x400', '0+4x340 1360x60'), at: '390m' },
  ],
  GatewayzLatencyBudgetFastBurn: [
    {
      when: '80 % of the requests are slow for an hour',
      series: latency('0+20x80', '0+100x80'),
      at: '70m',
      fires: { summary: 'Latency error budget burns at 16.0 times the allowed rate, over 5m and 1h.' },
    },
    { when: '70 % of the requests are slow', series: latency('0+30x80', '0+100x80'), at: '70m' },
    { when: 'nobody asks', series: latency('20x80', '100x80'), at: '70m' },
  ],
  GatewayzLatencyBudgetSlowBurn: [
    {
      when: '40 % of the requests are slow for six hours',
      series: latency('0+60x400', '0+100x400'),
      at: '390m',
      fires: { summary: 'Latency error budget burns at 8.0 times the allowed rate, over 30m and 6h.' },
    },
    { when: '25 % of the requests are slow', series: latency('0+75x400', '0+100x400'), at: '390m' },
  ],
  GatewayzTargetDown: [
    {
      when: 'an instance cannot be scraped any more',
      series: {
        ...http('0+60x10 _x30', '0x10 _x30'),
        'up{job="gateway",instance="a:3000"}': '1x10 0x30',
        'up{job="gateway",instance="b:3000"}': '1x40',
        'fastapi_requests_total{job="gateway",instance="a:3000"}': '0+60x10 _x30',
      },
      at: '15m',
      fires: {
        labels: { job: 'gateway', instance: 'a:3000' },
        summary: 'Prometheus cannot scrape a:3000 of job gateway (up is 0).',
      },
    },
    {
      when: 'a target of another job is down',
      series: { 'up{job="node",instance="n:9100"}': '0x40', 'fastapi_requests_total{job="gateway"}': '0+1x40' },
      at: '15m',
    },
    {
      when: 'a scrape has failed once',
      series: { 'up{job="gateway",instance="a"}': '1x10 0 1x20', 'fastapi_requests_total{job="gateway"}': '0+1x40' },
      at: '11m',
    },
  ],
  GatewayzNoTraffic: [
    {
      when: 'requests have stopped',
      series: requests('0+60x30 1800x30', '0+1x30 30x30'),
      at: '50m',
      fires: { summary: 'No traffic: 0 inference requests in 10 minutes.' },
    },
    {
      when: 'there are no series at all',
      series: { up: '1x30' },
      at: '10m',
      fires: { summary: 'No traffic: 0 inference requests in 10 minutes.' },
    },
    { when: 'a request comes every five minutes', series: requests('0x4 1x4 2x4 3x4 4x4 5x4 6x4', '0x40'), at: '30m' },
    { when: 'there is traffic', series: requests('0+60x60', '0+1x60'), at: '50m' },
  ],
  GatewayzCreditsAboveBaseline: [
    {
      when: 'four times as much is charged as in the same hour before',
      interval: '10m',
      series: { 'credits_used_total{provider="oak",model="m"}': '0+10x1100 11040+40x20' },
      at: '11090m',
      fires: { summary: 'Credits are charged at 4.0 times the baseline rate.' },
    },
    {
      when: 'it is as much as a week ago, though not as yesterday',
      interval: '10m',
      series: { 'credits_used_total{provider="oak",model="m"}': '0+40x100 4010+10x999 14040+40x20' },
      at: '11090m',
    },
    {
      when: 'two and a half times as much is charged',
      interval: '10m',
      series: { 'credits_used_total{provider="oak",model="m"}': '0+10x1100 11025+25x20' },
      at: '11090m',
    },
    {
      when: 'there is no baseline yet',
      interval: '10m',
      series: { 'credits_used_total{provider="oak",model="m"}': '0+1x60 100+100x60' },
      at: '1000m',
    },
  ],
  GatewayzSnapshotStale: [
    {
      when: 'refreshes have failed for five minutes',
      series: refreshing('0+60x5 300x20', '1x5 0x20', '0x5 0+12x20'),
      at: '10m',
      fires: {
        labels: ours,
        summary: 'gm:8000 serves values that are 5m 0s old, because refreshes from Prometheus fail.',
      },
    },
    {
      when: 'Prometheus has never answered',
      series: refreshing(undefined, '0x20', '0+12x20'),
      at: '10m',
      fires: {
        labels: ours,
        summary: 'gm:8000 serves values that are +Inf old, because refreshes from Prometheus fail.',
      },
    },
    { when: 'nobody asks', series: refreshing('0+60x5 300x20', '1x5 0x20', '4x25'), at: '15m' },
    { when: 'Prometheus answers', series: refreshing('0+60x20', '1x20', '0+1x20'), at: '15m' },
    { when: 'numbers are old, but Prometheus answers', series: refreshing('0x20', '1x20', '0+1x20'), at: '15m' },
  ],
  GatewayzHealthServiceDown: [
    {
      when: '/health does not answer',
      series: polling('1x5 0x20', '0x5 0+2x20'),
      at: '12m',
      fires: {
        labels: ours,
        summary: 'The Health Service is down as seen from gm:8000: 10 failed requests in 5 minutes.',
      },
    },
    {
      when: 'it is polled so rarely that no failure is in sight',
      series: polling('0x20', '3x20'),
      at: '12m',
      fires: {
        labels: ours,
        summary: 'The Health Service is down as seen from gm:8000: 1 failed requests in 5 minutes.',
      },
    },
    { when: 'only other endpoints fail', series: polling('1x20', '0+6x20'), at: '12m' },
    { when: 'it has been so for two minutes', series: polling('1x5 0x20', '0x5 0+2x20'), at: '8m' },
  ],
};

describe('the alert rules for Prometheus', () => {
  it('pass promtool check rules', async () => {
    const { code, output } = await checkRules(alertsText);
    expect(output).toContain(`SUCCESS: ${alerts.length} rules found`);
    expect(code).toBe(0);
  });

  it('are these, each tested for firing and for not firing', () => {
    expect(Object.keys(cases).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
    for (const list of Object.values(cases)) {
      expect(list.some(({ fires }) => fires !== undefined)).toBe(true);
      expect(list.some(({ fires }) => fires === undefined)).toBe(true);
    }
  });

  describe.each(alerts)('$alert', (rule) => {
    it.each((cases[rule.alert] ?? []).map((one) => ({ ...one, what: one.fires ? 'fires' : 'does not fire' })))(
      '$what when $when',
      async ({ series, interval = '1m', at, fires }) => {
        const alone = groups.filter(({ rules }) => rules.includes(rule)).map((group) => ({ ...group, rules: [rule] }));
        const expected = fires && [
          {
            exp_labels: { ...fires.labels, severity: rule.labels.severity },
            exp_annotations: { ...rule.annotations, summary: fires.summary },
          },
        ];
        const test = {
          rule_files: ['alerts.yml'],
          evaluation_interval: alone[0]?.interval,
          tests: [
            {
              interval,
              input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
              alert_rule_test: [{ eval_time: at, alertname: rule.alert, exp_alerts: expected ?? [] }],
            },
          ],
        };
        const { code, output } = await testRules(stringify(test), { 'alerts.yml': stringify({ groups: alone }) });
        expect(output).toContain('SUCCESS');
        expect(code).toBe(0);
      },
    );
  });

  it('never call vector()', () => {
    for (const { alert, expr } of alerts) expect(calledFunctions(expr), alert).not.toContain('vector');
  });

  it('have a severity, a summary with the value, and a section in the runbook', () => {
    const [, runbook = ''] = read('docs/operations.md').split(/^## Runbook$/m);
    const headings = new Set([...runbook.matchAll(/^### (.+)$/gm)].map(([, title]) => title?.toLowerCase()));
    for (const { alert, labels, annotations } of alerts) {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations['summary'], alert).toMatch(/\{\{.*\$value.*\}\}/);
      const [page, anchor] = annotations['runbook']?.split('#') ?? [];
      expect(page).toBe('docs/operations.md');
      expect(headings, alert).toContain(anchor);
    }
    expect(headings.size).toBe(alerts.length);
  });

  it('are listed in the runbook with their severity and time', () => {
    const runbook = read('docs/operations.md');
    for (const { alert, labels, for: lasting } of alerts) {
      const row = new RegExp(
        `^\\| \`${alert}\` \\| ${labels.severity} \\| .+ \\| ${lasting.replace('m', ' min')} \\|$`,
        'm',
      );
      expect(runbook).toMatch(row);
    }
  });
});

describe('the alert rules for Grafana', () => {
  it('are the same: value, threshold, time, severity, texts', () => {
    const same = alerts.map(({ alert, expr, for: lasting, labels, annotations }) => {
      const [, value, operator, threshold] = /^\((.+)\) ([<>]) ([\d.]+)$/s.exec(expr) ?? [];
      const texts = Object.entries(annotations).map(([key, text]) => [
        key,
        text.replaceAll('$value', '$values.A.Value'),
      ]);
      return {
        title: alert,
        value,
        evaluator: { type: operator === '>' ? 'gt' : 'lt', params: [Number(threshold)] },
        for: lasting,
        labels,
        annotations: Object.fromEntries(texts),
      };
    });
    const found = grafanaAlerts.map(({ title, condition, data, for: lasting, labels, annotations }) => {
      const [query, comparison] = data;
      expect([query.datasourceUid, comparison.datasourceUid, comparison.refId]).toEqual([
        'prometheus',
        '__expr__',
        condition,
      ]);
      expect(query.model).toMatchObject({ instant: true, range: false });
      expect(comparison.model).toMatchObject({ type: 'threshold', expression: query.refId });
      const { __dashboardUid__, __panelId__, ...texts } = annotations;
      const [{ evaluator }] = comparison.model.conditions;
      return { title, value: query.model.expr, evaluator, for: lasting, labels, annotations: texts };
    });
    expect(found).toEqual(same);
  });

  it('have uids of their own, groups with an interval, and no dollar outside annotations, where Grafana would fill in', () => {
    expect(new Set(grafanaAlerts.map(({ uid }) => uid)).size).toBe(alerts.length);
    for (const { uid } of grafanaAlerts) expect(uid.length).toBeLessThanOrEqual(40);
    expect(grafanaGroups.map(({ interval }) => interval)).toEqual(groups.map(({ interval }) => interval));
    for (const { annotations, ...rest } of grafanaAlerts) expect(JSON.stringify(rest)).not.toContain('$');
  });

  it('link the panel that shows the value', () => {
    const panelTitles = grafanaAlerts.map(({ annotations }) => {
      const text = read(`deploy/grafana/dashboards/${annotations['__dashboardUid__']}.json`);
      const { panels } = JSON.parse(text) as Dashboard;
      return panels.find(({ id }) => String(id) === annotations['__panelId__'])?.title;
    });
    expect(Object.fromEntries(grafanaAlerts.map(({ title }, index) => [title, panelTitles[index]]))).toEqual({
      GatewayzProviderDown: 'State',
      GatewayzErrorBudgetFastBurn: 'Availability budget burn',
      GatewayzErrorBudgetSlowBurn: 'Availability budget burn',
      GatewayzLatencyBudgetFastBurn: 'Latency budget burn',
      GatewayzLatencyBudgetSlowBurn: 'Latency budget burn',
      GatewayzTargetDown: 'Targets',
      GatewayzNoTraffic: 'Requests by outcome',
      GatewayzCreditsAboveBaseline: 'Credits against baseline',
      GatewayzSnapshotStale: 'Snapshot age',
      GatewayzHealthServiceDown: 'Up',
    });
  });
});
