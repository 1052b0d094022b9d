import { GatewayzMetricsError } from '../../../errors.js';
import type { Matcher } from '../../../promql/matchers.js';
import { PromqlError } from '../../../promql/parse-promql.js';
import { listSelectors, type Selector } from '../../../promql/selectors.js';
import { withoutSamples } from '../diagnose/diagnose-absence.js';
import { listed } from '../diagnose/diagnosis.js';
import { baseName, contractMetrics } from '../diagnose/known-metrics.js';
import { nearestMetrics } from '../diagnose/nearest-metrics.js';
import type { Window } from '../diagnose/prometheus-api.js';
import { acceptsMissingLabel } from '../diagnose/required-labels.js';
import { type SourceFacts, selectorOf } from '../diagnose/source-facts.js';
import type { Severity } from '../report.js';

/** Why a query gave nothing, and how bad that is. */
export interface Emptiness {
  readonly severity: Severity;
  readonly reason: string;
}

/**
 * Looks at each selector of a query that gave nothing within `window`: does anybody write the metric, does anything match, are
 * there enough samples. Rejects only with the reason of a signal.
 */
export async function explainEmpty(promql: string, window: Window, facts: SourceFacts): Promise<Emptiness> {
  try {
    return await explain(promql, window, facts);
  } catch (error) {
    if (!(error instanceof GatewayzMetricsError)) throw error;
    return { severity: 'fault', reason: `nothing came, and why cannot be asked: ${error.message}` };
  }
}

async function explain(promql: string, window: Window, facts: SourceFacts): Promise<Emptiness> {
  let selectors: readonly Selector[];
  try {
    selectors = listSelectors(promql);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    // Another engine's dialect, which it has understood.
    return { severity: 'idle', reason: 'the expression leaves nothing' };
  }
  let found: Emptiness | undefined;
  for (const selector of selectors) {
    const explained = await explainSelector(selector, promql, window, facts);
    if (explained?.severity === 'fault') return explained;
    found ??= explained;
  }
  return found ?? (await tooFewSamples(selectors, promql, facts)) ?? leavesNothing;
}

const leavesNothing: Emptiness = {
  severity: 'idle',
  reason:
    'the series are there, but the expression leaves none: a comparison that nothing passes, or labels that differ between its parts',
};

async function explainSelector(
  { name, matchers, from, to }: Selector,
  promql: string,
  window: Window,
  facts: SourceFacts,
): Promise<Emptiness | undefined> {
  const own = matchers.filter(({ label }) => label !== '__name__');
  const text = promql.slice(from, to);
  if (name === undefined) {
    const matching = await facts.api.labelValues('__name__', text, window);
    return matching.length > 0 ? undefined : { severity: 'fault', reason: `no series match ${text}` };
  }
  const known = await facts.names([], { from: Math.min(window.from, facts.lastDay.from), to: window.to });
  if (!known.has(name)) return neverThere(name, known);
  const seen = await facts.names([], window);
  if (!seen.has(name)) {
    const { severity, cause } = await withoutSamples(name, facts);
    return { severity, reason: cause };
  }
  const matching = await facts.labelValues('__name__', name, own, window);
  return matching.length > 0 ? undefined : explainMatchers(name, own, window, facts);
}

function neverThere(name: string, known: ReadonlySet<string>): Emptiness {
  if (/^gatewayz_(?:health|availability|metrics)_/.test(name)) {
    const reason = `no series named ${name} in Prometheus: let a job scrape this service, with metrics_path: <prefix>/metrics`;
    return { severity: 'fault', reason };
  }
  const { renamed, similar } = nearestMetrics(name, known);
  const near = [...renamed, ...similar];
  const nearest = near.length === 0 ? '' : `; nearest existing names: ${near.join(', ')}`;
  const expected = contractMetrics.has(baseName(name)) && renamed.length === 0;
  return { severity: expected ? 'unwritten' : 'fault', reason: `no series named ${name} in Prometheus${nearest}` };
}

async function explainMatchers(
  name: string,
  matchers: readonly Matcher[],
  window: Window,
  facts: SourceFacts,
): Promise<Emptiness> {
  const labels = await facts.labelNames(name, [], window);
  for (const matcher of matchers) {
    const { label, op, value } = matcher;
    if ((await facts.labelValues('__name__', name, [matcher], window)).length > 0) continue;
    if (!labels.includes(label) && !acceptsMissingLabel(matcher)) {
      return { severity: 'fault', reason: `${name} has no label "${label}"; it has ${listed(labels, 8)}` };
    }
    const values = await facts.labelValues(label, name, [], window);
    const isTarget = op === '=' && (label === 'job' || label === 'instance');
    return {
      // A status or a model may come yet; a job that is not there has another name.
      severity: isTarget ? 'fault' : 'idle',
      reason: `no series of ${name} has ${label}${op}"${value}"; it has ${listed(values, 8)}`,
    };
  }
  return { severity: 'idle', reason: `no series match all of ${selectorOf(name, matchers)}` };
}

/** A rate needs two samples in its window: with a window shorter than two scrapes it is never there. */
async function tooFewSamples(
  selectors: readonly Selector[],
  promql: string,
  facts: SourceFacts,
): Promise<Emptiness | undefined> {
  for (const { name, range, from, to } of selectors) {
    if (range === undefined || name === undefined) continue;
    const text = promql.slice(from, to);
    const [most] = await facts.vector(`max(count_over_time(${text}[${range}]))`);
    if (Number(most?.value ?? 0) < 2 && (await facts.count(text)) > 0) {
      const reason = `${name} has fewer than two samples within [${range}]: use a longer window, or tell the datasource the real scrape interval`;
      return { severity: 'fault', reason };
    }
  }
  return undefined;
}
