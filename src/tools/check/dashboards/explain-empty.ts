import { GatewayzMetricsError } from '../../../errors.js';
import type { Matcher } from '../../../promql/matchers.js';
import { PromqlError } from '../../../promql/parse-promql.js';
import { listSelectors, type Selector } from '../../../promql/selectors.js';
import type { CheckedCatalogue } from '../checked-catalogue.js';
import { withoutSamples } from '../diagnose/diagnose-absence.js';
import { listed } from '../diagnose/diagnosis.js';
import { nearestMetrics } from '../diagnose/nearest-metrics.js';
import type { Window } from '../diagnose/prometheus-api.js';
import { acceptsMissingLabel } from '../diagnose/required-labels.js';
import { type SourceFacts, selectorOf } from '../diagnose/source-facts.js';
import type { Severity } from '../report.js';

/** Why a query gave nothing, and how bad that is. */
export interface EmptyReason {
  readonly severity: Severity;
  readonly reason: string;
}

export interface EmptyContext {
  readonly window: Window;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly facts: SourceFacts;
}

const minutes = 60_000;
/** Series of Prometheus's own, which are there only while an alert is. */
export const alertSeries: ReadonlySet<string> = new Set(['ALERTS', 'ALERTS_FOR_STATE']);

/**
 * Looks at each selector of a query without data: does the metric exist, does anything match, are there enough samples. Rejects
 * only with the reason of a signal.
 */
export async function explainEmpty(promql: string, instant: boolean, context: EmptyContext): Promise<EmptyReason> {
  try {
    return await explain(promql, instant, context);
  } catch (error) {
    if (!(error instanceof GatewayzMetricsError)) throw error;
    return { severity: 'problem', reason: `no data, and the reason is unknown: ${error.message}` };
  }
}

async function explain(promql: string, instant: boolean, context: EmptyContext): Promise<EmptyReason> {
  const { facts, now } = context;
  let selectors: readonly Selector[];
  try {
    selectors = listSelectors(promql);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    // The dialect of another engine, which has accepted it.
    return { severity: 'idle', reason: 'the expression gives nothing' };
  }
  const window = instant ? facts.now : context.window;
  const past = window.to < now - 5 * minutes ? await explainPast(promql, selectors, { ...context, window }) : undefined;
  if (past) return past;
  let found: EmptyReason | undefined;
  for (const selector of selectors) {
    const explained = await explainSelector(selector, promql, window, facts);
    if (explained?.severity === 'problem') return explained;
    found ??= explained;
  }
  return (
    found ?? (await tooFewSamples(selectors, promql, facts)) ?? (await tooYoung(promql, instant, facts)) ?? noResult
  );
}

const noResult: EmptyReason = {
  severity: 'idle',
  reason:
    'the series exist, but the expression gives nothing: no value passes a comparison, or its operands have different labels',
};

/** For a range that has ended: whether the series are younger. */
async function explainPast(
  promql: string,
  selectors: readonly Selector[],
  { facts, now, window }: EmptyContext,
): Promise<EmptyReason | undefined> {
  const present = { from: now - 5 * minutes, to: now };
  for (const { from, to } of selectors) {
    const text = promql.slice(from, to);
    if ((await facts.api.labelValues('__name__', text, window)).length > 0) continue;
    if ((await facts.api.labelValues('__name__', text, present)).length === 0) continue;
    const [start, end] = [window.from, window.to].map((at) => new Date(at).toISOString());
    return {
      severity: 'idle',
      reason: `${text} has samples now, but none from ${start} to ${end}, the time range here`,
    };
  }
  return undefined;
}

async function explainSelector(
  { name, matchers, from, to }: Selector,
  promql: string,
  window: Window,
  facts: SourceFacts,
): Promise<EmptyReason | undefined> {
  const own = matchers.filter(({ label }) => label !== '__name__');
  const text = promql.slice(from, to);
  if (name === undefined || alertSeries.has(name)) {
    const matching = await facts.api.labelValues('__name__', text, window);
    if (matching.length > 0) return undefined;
    return name === undefined
      ? { severity: 'problem', reason: `no series match ${text}` }
      : { severity: 'idle', reason: 'no alert is pending or firing' };
  }
  const known = await facts.names([], { from: Math.min(window.from, facts.lastDay.from), to: window.to });
  if (!known.has(name)) return noSuchMetric(name, known, facts.catalogue);
  const seen = await facts.names([], window);
  if (!seen.has(name)) {
    const { severity, cause } = await withoutSamples(name, facts);
    return { severity, reason: cause };
  }
  const matching = await facts.labelValues('__name__', name, own, window);
  return matching.length > 0 ? undefined : explainMatchers(name, own, window, facts);
}

function noSuchMetric(name: string, known: ReadonlySet<string>, catalogue: CheckedCatalogue): EmptyReason {
  if (/^gatewayz_(?:health|availability|metrics)_/.test(name)) {
    const reason = `no series named ${name} in Prometheus: add a scrape job for this service, with metrics_path: <prefix>/metrics`;
    return { severity: 'problem', reason };
  }
  const { renamed, similar } = nearestMetrics(name, known, catalogue);
  const near = [...renamed, ...similar];
  const nearest = near.length === 0 ? '' : `; nearest existing names: ${near.join(', ')}`;
  const expected = catalogue.has(name) && renamed.length === 0;
  return { severity: expected ? 'not_exported' : 'problem', reason: `no series named ${name} in Prometheus${nearest}` };
}

async function explainMatchers(
  name: string,
  matchers: readonly Matcher[],
  window: Window,
  facts: SourceFacts,
): Promise<EmptyReason> {
  const labels = await facts.labelNames(name, [], window);
  for (const matcher of matchers) {
    const { label, op, value } = matcher;
    if ((await facts.labelValues('__name__', name, [matcher], window)).length > 0) continue;
    if (!labels.includes(label) && !acceptsMissingLabel(matcher)) {
      return { severity: 'problem', reason: `${name} has no label "${label}"; it has ${listed(labels, 8)}` };
    }
    const values = await facts.labelValues(label, name, [], window);
    const isTarget = op === '=' && (label === 'job' || label === 'instance');
    return {
      // A status or a model may still appear; a job that does not exist has another name.
      severity: isTarget ? 'problem' : 'idle',
      reason: `no series of ${name} has ${label}${op}"${value}"; it has ${listed(values, 8)}`,
    };
  }
  return { severity: 'idle', reason: `no series match all of ${selectorOf(name, matchers)}` };
}

/** A rate needs two samples in its window, which one shorter than two scrapes never holds. */
async function tooFewSamples(
  selectors: readonly Selector[],
  promql: string,
  facts: SourceFacts,
): Promise<EmptyReason | undefined> {
  for (const { name, range, from, to } of selectors) {
    if (range === undefined || name === undefined) continue;
    const text = promql.slice(from, to);
    const [most] = await facts.vector(`max(count_over_time(${text}[${range}]))`);
    if (Number(most?.value ?? 0) < 2 && (await facts.count(text)) > 0) {
      const reason = `${name} has fewer than two samples within [${range}]: use a longer window, or set the scrape interval of the datasource`;
      return { severity: 'problem', reason };
    }
  }
  return undefined;
}

/** The points of a graph lie on a grid, and the last one may be before the first sample. */
async function tooYoung(promql: string, instant: boolean, facts: SourceFacts): Promise<EmptyReason | undefined> {
  if (instant || (await facts.vector(promql)).length === 0) return undefined;
  return {
    severity: 'idle',
    reason: 'it has values now, but none yet at the points of the graph: its series are too young',
  };
}
