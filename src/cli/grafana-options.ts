import { type Command, InvalidArgumentError } from 'commander';
import { gatewayzCatalogue } from '../presets/presets.js';
import { type Matcher, parseMatchers } from '../promql/matchers.js';
import { formatPromqlError, PromqlError } from '../promql/parse-promql.js';
import { readSettings } from '../settings/read-settings.js';
import type { GrafanaOptions } from '../tools/grafana/files.js';

interface Given {
  readonly selector?: string;
  readonly serviceSelector: readonly Matcher[];
  readonly metricPrefix: string;
  readonly datasourceUid: string;
  readonly backendUrl?: string;
  readonly sloAvailability: number;
  readonly sloLatency: number;
  readonly sloLatencySeconds: number;
  readonly runbookUrl?: string;
  readonly variables: readonly string[];
}

/** The settings that queries and datasources depend on; a fault in any other is none of these commands' business. */
const variables = ['METRICS_SELECTOR', 'METRICS_MARKER', 'METRICS_PREFIX', 'PROMETHEUS_URL'] as const;

/** Adds what `dashboards` and `rules` can be told about a user's own stack. */
export function withGrafanaOptions(command: Command): Command {
  return command
    .option('--selector <matchers>', "matchers of the gateway's series (default: METRICS_SELECTOR)")
    .option('--service-selector <matchers>', "matchers of this service's own scrape target", matchers, [])
    .option('--metric-prefix <prefix>', 'prefix of every metric name in your Prometheus', prefix, '')
    .option('--variables <labels>', 'labels of the gateway that become variables of its dashboards', labels, [
      'job',
      'instance',
    ])
    .option('--datasource-uid <uid>', 'uid of the Prometheus datasource in Grafana', uid, 'prometheus')
    .option('--backend-url <url>', "this service's Prometheus API as Grafana reaches it", url)
    .option('--slo-availability <percent>', 'objective: HTTP requests without 5xx', percent, 99.5)
    .option('--slo-latency <percent>', 'objective: inference requests that are fast enough', percent, 95)
    .option('--slo-latency-seconds <seconds>', 'what is fast enough; a bound of the histogram', positive, 10)
    .option('--runbook-url <url>', "page with a section of each alert's name (default: docs/operations.md)", url);
}

/** @throws GatewayzMetricsError `settings_invalid` */
export function readGrafanaOptions(given: Given): GrafanaOptions {
  const env = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  const settings = readSettings({ env, metricsSelector: given.selector });
  return {
    queries: {
      definition: gatewayzCatalogue,
      scope: { selector: settings.metricsSelector, marker: settings.metricsMarker },
      serviceSelector: given.serviceSelector,
      metricPrefix: given.metricPrefix,
    },
    variables: given.variables,
    objectives: {
      availability: given.sloAvailability,
      latency: given.sloLatency,
      latencySeconds: given.sloLatencySeconds,
    },
    datasources: {
      uid: given.datasourceUid,
      prometheusUrl: settings.prometheusUrl,
      backendUrl: given.backendUrl ?? `http://gatewayz-metrics:8000${settings.metricsPrefix}`,
    },
    runbook: given.runbookUrl,
  };
}

function matchers(text: string): readonly Matcher[] {
  try {
    return parseMatchers(text);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    throw new InvalidArgumentError(`expected PromQL matchers such as env="production": ${formatPromqlError(error)}`);
  }
}

function labels(text: string): readonly string[] {
  const names = text.split(',').filter((name) => name !== '');
  if (!names.every((name) => /^[a-zA-Z_]\w*$/.test(name))) {
    throw new InvalidArgumentError('expected label names such as job,instance,env.');
  }
  return names;
}

function prefix(text: string): string {
  if (!/^[a-zA-Z_:][\w:]*$/.test(text)) throw new InvalidArgumentError('expected the beginning of a metric name.');
  return text;
}

function uid(text: string): string {
  if (!/^[\w-]{1,40}$/.test(text)) throw new InvalidArgumentError('expected up to 40 letters, digits, - and _.');
  return text;
}

function url(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('expected an http or https URL.');
  return text.replace(/\/+$/, '');
}

function percent(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 100)) throw new InvalidArgumentError('expected a number between 0 and 100.');
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}
