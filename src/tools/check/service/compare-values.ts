import type { SummaryField } from '../../../catalogue/definition.js';
import { GatewayzMetricsError } from '../../../errors.js';
import type { PrometheusApi } from '../diagnose/prometheus-api.js';
import type { Criterion } from '../report.js';
import type { InstallationDocs } from './read-docs.js';
import type { Summary } from './read-summary.js';

/** Relative difference allowed: both sides add floats, in another order. */
const tolerance = 1e-9;
/** A late sample may come between the service's query and ours, but not three times in a row. */
const attempts = 3;

export interface CompareSources {
  readonly summary: Summary | undefined;
  /** Why there is none. */
  readonly failure: string | undefined;
  readonly fields: readonly SummaryField[];
  /** Reads a newer summary. */
  readonly again: () => Promise<Summary | undefined>;
  readonly docs: InstallationDocs | undefined;
  /** Undefined where no Prometheus is available. */
  readonly api: PrometheusApi | undefined;
  /** The service's own `upstream_up`. */
  readonly upstreamUp: boolean | undefined;
  /** Whether the service reads recorded rates, which lag behind. */
  readonly recorded: boolean;
}

/**
 * Whether the service gets its values from Prometheus and, with access to it, whether they are the same there: evaluates each
 * canonical expression at the summary's own evaluation timestamp. Rejects only with the reason of a signal.
 */
export async function compareValues(sources: CompareSources): Promise<Criterion> {
  const { summary, failure: refusal, docs, api, upstreamUp } = sources;
  const criterion = { id: 'integration', value: null, budget: null };
  const fail = (detail: string): Criterion => ({ ...criterion, ok: false, detail });
  if (!summary) return fail(refusal ?? 'there is no summary');
  if (upstreamUp === false) return fail('the last refresh of the service failed at Prometheus');
  if (fromPrometheus(summary, sources.fields).length === 0) {
    return fail(summary.hint ?? 'no value of the summary comes from Prometheus');
  }
  if (!api) {
    const detail = `${fromPrometheus(summary, sources.fields).length} values, not compared: the service's own Prometheus API is off, or not for this token; set --prometheus-url`;
    return { ...criterion, ok: true, detail, level: 'warn' };
  }
  if (!docs) return fail('the values cannot be compared: /docs has no PromQL for them');
  try {
    return await compare(sources, summary, docs, api);
  } catch (error) {
    if (error instanceof GatewayzMetricsError) return fail(`Prometheus cannot be queried from here: ${error.message}`);
    throw error;
  }
}

async function compare(
  sources: CompareSources,
  first: Summary,
  docs: InstallationDocs,
  api: PrometheusApi,
): Promise<Criterion> {
  const { again, recorded } = sources;
  let compared = 0;
  let differing: readonly string[] = [];
  let summary: Summary | undefined = first;
  for (let attempt = 0; attempt < attempts && summary; attempt += 1) {
    const at = Date.parse(summary.timestamp);
    const fields = fromPrometheus(summary, sources.fields).flatMap(({ name, row, value }) => {
      const promql = docs.promql.get(row);
      return promql === undefined || (recorded && promql.includes('rate(')) ? [] : [{ name, promql, value }];
    });
    const differences = await Promise.all(
      fields.map(async ({ name, promql, value }) => {
        const [sample] = await api.vector(promql, at);
        return isSame(value, sample?.value) ? [] : [`${name} is ${value} here and ${sample?.value ?? 'nothing'} there`];
      }),
    );
    compared = fields.length;
    differing = differences.flat();
    if (differing.length === 0) break;
    summary = await again();
  }
  const same = compared - differing.length;
  const detail =
    differing.length === 0 ? `${same} values are those of ${api.source}` : differing.slice(0, 3).join('; ');
  return { id: 'integration', ok: differing.length === 0 && compared > 0, value: same, budget: compared, detail };
}

interface FieldValue {
  readonly name: string;
  readonly row: string;
  readonly value: string;
}

/** Fields with a value of the summary's own evaluation timestamp. */
function fromPrometheus({ metrics, stale }: Summary, fields: readonly SummaryField[]): readonly FieldValue[] {
  return fields.flatMap(({ section, field, row }) => {
    const name = `${section}.${field}`;
    const value = metrics[section]?.[field];
    if (section === 'health' || value === undefined || value === 'N/A' || name in stale) return [];
    return [{ name, row, value }];
  });
}

function isSame(ours: string, theirs: string | undefined): boolean {
  if (theirs === undefined) return false;
  const [a, b] = [Number(ours), Number(theirs)];
  return ours === theirs || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}
