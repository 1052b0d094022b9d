import type { Criterion } from '../report.js';
import { ownNames } from './check-freshness.js';
import type { ServiceMetrics } from './service-metrics.js';

/** Whether the service counted any errors between two scrapes. */
export function checkErrors(before: ServiceMetrics | undefined, after: ServiceMetrics | undefined): Criterion {
  const criterion = { id: 'errors', budget: 0 };
  if (!before || !after) {
    return { ...criterion, ok: false, value: null, detail: "the service's own metrics could not be read" };
  }
  const grown = (name: string, label: string, matters: (value: string) => boolean): number | undefined => {
    const [earlier, later] = [before.byLabel(name, label), after.byLabel(name, label)];
    const steps = [...later].map(([key, count]) => [key, count - (earlier.get(key) ?? 0)] as const);
    if (steps.some(([, step]) => step < 0)) return undefined;
    return steps.filter(([key]) => matters(key)).reduce((sum, [, step]) => sum + step, 0);
  };
  const counts = {
    'responses with 5xx': grown(ownNames.requests, 'code', (code) => code.startsWith('5')),
    'failed refreshes': grown(ownNames.refreshes, 'outcome', (outcome) => outcome !== 'success'),
    'failed requests to the Health Service': grown(ownNames.healthErrors, '', () => true),
  };
  if (Object.values(counts).includes(undefined)) {
    const detail = 'its counters fell during the check: it was restarted, or several instances are behind this URL';
    return { ...criterion, ok: false, value: null, detail };
  }
  const some = Object.entries(counts).filter(([, count]) => count !== 0);
  const value = some.reduce((sum, [, count]) => sum + (count ?? 0), 0);
  const detail =
    some.length === 0 ? 'none during the check' : some.map(([what, count]) => `${count} ${what}`).join(', ');
  return { ...criterion, ok: value === 0, value, detail };
}
