import { GatewayzMetricsError } from '../../../errors.js';
import { listed } from '../diagnose/diagnosis.js';
import type { EmptyContext, EmptyReason } from './explain-empty.js';
import { explainEmpty } from './explain-empty.js';
import { promqlOf, type VariableQuery } from './variable-options.js';

/** Why the query of a variable gave no values. Rejects only with the reason of a signal. */
export async function explainVariable(query: VariableQuery, context: EmptyContext): Promise<EmptyReason> {
  if (query.kind === 'label values') {
    const { selector, label } = query;
    if (selector === undefined) return { severity: 'problem', reason: `no series has the label "${label}"` };
    const labels = await labelNames(selector, context);
    if (labels.length > 0) {
      return { severity: 'problem', reason: `${selector} has no label "${label}"; it has ${listed(labels, 8)}` };
    }
  }
  const promql = promqlOf(query);
  if (promql !== undefined) return explainEmpty(promql, query.kind === 'result', context);
  return { severity: 'problem', reason: 'no such name in Prometheus' };
}

/** None where Prometheus cannot tell: then the selector itself is looked at. */
async function labelNames(selector: string, { facts, window }: EmptyContext): Promise<readonly string[]> {
  try {
    return (await facts.api.labelNames(selector, window)).filter((name) => name !== '__name__');
  } catch (error) {
    if (error instanceof GatewayzMetricsError) return [];
    throw error;
  }
}
