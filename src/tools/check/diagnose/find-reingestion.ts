import { formatMatchers, type Matcher } from '../../../promql/matchers.js';
import { type Diagnosis, jobList } from './diagnosis.js';
import type { SourceFacts } from './source-facts.js';

/** Output of this service that its own Prometheus has scraped. */
export interface Reingestion {
  /** Whether the service excludes it from its queries; if not, its totals grow by themselves. */
  readonly excluded: boolean;
  readonly diagnosis: Diagnosis;
}

/** Rejects as `PrometheusApi` does. */
export async function findReingestion(facts: SourceFacts): Promise<Reingestion | undefined> {
  const names = await facts.names(facts.scoped, facts.now);
  const read = facts.catalogue.exportedOnly.find((name) => names.has(name));
  if (read !== undefined) {
    const jobs = await facts.labelValues('job', read, facts.scoped, facts.now);
    const { marker } = facts.scope;
    const why = marker
      ? `without the marker ${formatMatchers([{ ...marker, op: '=' }])}, which a labeldrop or another service removed`
      : 'and no marker is set';
    const mark = marker
      ? 'keep the marker label in its metric_relabel_configs'
      : 'METRICS_MARKER=\'reexported_by="gatewayz-metrics"\'';
    const cause = `it is re-ingested: the ${jobList(jobs)} scrapes what this service exports, ${why}, so that it counts again`;
    return { excluded: false, diagnosis: { severity: 'problem', cause, fix: `${remedy(jobs)}; or ${mark}` } };
  }
  const { marker } = facts.scope;
  if (!marker) return undefined;
  const marked: Matcher = { label: marker.label, op: '=', value: marker.value };
  const jobs = await facts.api.labelValues('job', `{${formatMatchers([marked])}}`, facts.now);
  if (jobs.length === 0) return undefined;
  const cause = `it is re-ingested: the ${jobList(jobs)} scrapes it into the Prometheus it comes from; the service excludes these series, but your own queries see every value twice`;
  return { excluded: true, diagnosis: { severity: 'problem', cause, fix: remedy(jobs) } };
}

function remedy(jobs: readonly string[]): string {
  return `remove job_name: ${jobs.join(', ')} from prometheus.yml, or set its metrics_path: to <prefix>/metrics`;
}
