import { PromqlError, parsePromql } from '../../../promql/parse-promql.js';
import { listSelectors } from '../../../promql/selectors.js';
import { nearestName } from '../../../settings/nearest-name.js';
import { nearestMetrics } from '../diagnose/nearest-metrics.js';
import { acceptsMissingLabel } from '../diagnose/required-labels.js';
import type { SourceFacts } from '../diagnose/source-facts.js';
import type { MissingLabel, MissingMetric, MissingNames } from '../report.js';
import { alertSeries } from './explain-empty.js';
import { placeholder } from './interpolate.js';

/**
 * The metric and label names in PromQL texts that Prometheus has not had for a day, with the nearest that it has. Texts that do
 * not parse are left out. Rejects as `PrometheusApi` does.
 */
export async function findMissingNames(texts: readonly string[], facts: SourceFacts): Promise<MissingNames> {
  const known = await facts.names([], facts.lastDay);
  const metrics = new Map<string, MissingMetric>();
  const labels = new Map<string, MissingLabel>();
  for (const text of new Set(texts)) {
    const used = namesIn(text);
    if (!used) continue;
    for (const name of used.metrics) {
      if (known.has(name) || metrics.has(name) || alertSeries.has(name) || name.includes(placeholder)) continue;
      const { renamed, similar } = nearestMetrics(name, known, facts.catalogue);
      metrics.set(name, { name, nearest: [...renamed, ...similar] });
    }
    const existing = used.metrics.filter((name) => known.has(name));
    const labelsOf = new Map<string, readonly string[]>();
    for (const name of existing) labelsOf.set(name, await facts.labelNames(name, [], facts.lastDay));
    const add = (metric: string, label: string, has: readonly string[]): void => {
      const nearest = nearestName(label, has);
      labels.set(`${metric} ${label}`, { metric, label, nearest: nearest === undefined ? [] : [nearest], has });
    };
    for (const { metric, label } of used.matched) {
      const has = labelsOf.get(metric);
      if (has && !has.includes(label)) add(metric, label, has);
    }
    // Any operand may bring the label that the whole is grouped by.
    const all = [...new Set([...labelsOf.values()].flat())];
    if (existing.length === 0 || existing.length < used.metrics.length || used.hasOtherSelectors) continue;
    for (const label of used.grouped) if (!all.includes(label)) add(existing.join(', '), label, all);
  }
  return { metrics: [...metrics.values()], labels: [...labels.values()] };
}

interface UsedNames {
  readonly metrics: readonly string[];
  readonly matched: readonly { readonly metric: string; readonly label: string }[];
  /** Labels that an aggregation keeps, except those that the text makes itself. */
  readonly grouped: readonly string[];
  readonly hasOtherSelectors: boolean;
}

function namesIn(text: string): UsedNames | undefined {
  try {
    const selectors = listSelectors(text);
    const grouped: string[] = [];
    parsePromql(text).tree.iterate({
      enter({ name, node }) {
        if (name !== 'AggregateModifier' || node.getChild('By') === null) return;
        const [list] = node.getChildren('GroupingLabels');
        for (const label of list?.getChildren('LabelName') ?? []) grouped.push(text.slice(label.from, label.to));
      },
    });
    const made = new Set([...text.matchAll(/["'`](\w+)["'`]/g)].map(([, word]) => word));
    const makesLabels = /\b(?:label_replace|label_join|count_values)\b/.test(text);
    return {
      metrics: [...new Set(selectors.flatMap(({ name }) => name ?? []))],
      matched: selectors.flatMap(({ name, matchers }) =>
        matchers.flatMap((matcher) =>
          name === undefined || matcher.label === '__name__' || acceptsMissingLabel(matcher)
            ? []
            : [{ metric: name, label: matcher.label }],
        ),
      ),
      grouped: grouped.filter((label) => !(makesLabels && made.has(label))),
      hasOtherSelectors: selectors.some(({ name }) => name === undefined),
    };
  } catch (error) {
    if (error instanceof PromqlError) return undefined;
    throw error;
  }
}
