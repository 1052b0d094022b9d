import { fixOf } from '../service/explain-status.js';
import type { Diagnosis } from './diagnosis.js';

/**
 * Diagnosis from the service's own reason for a missing value, when Prometheus shows no more or is not available.
 *
 * @param selected whether a base selector is set
 */
export function diagnoseReason(sentence: string, selected: boolean): Diagnosis {
  const problem = (fix: string): Diagnosis => ({ severity: 'problem', cause: sentence, fix });
  const own = sentence.replace(/^.* down; /, '');
  if (own !== sentence) return problem('start that target, or correct targets: of its job in prometheus.yml');
  const missingSeries = /^no series named (\S+?),? .*in Prometheus( under .+)?$/.exec(sentence);
  if (missingSeries && (missingSeries[2] !== undefined || selected)) {
    return problem(
      'correct METRICS_SELECTOR, in the environment of the service; with --prometheus-url this check says how',
    );
  }
  if (missingSeries) {
    return {
      severity: 'not_exported',
      cause: sentence,
      fix: `export ${missingSeries[1]} from the gateway, or ignore this if it does not apply`,
    };
  }
  if (sentence.startsWith('fewer than two samples')) {
    return problem('wait for the second scrape; if it stays so, scrape_interval: 1m or less in prometheus.yml');
  }
  if (/ in the last 5 minutes$/.test(sentence)) {
    return { severity: 'idle', cause: sentence, fix: 'none: the value appears with the next request' };
  }
  if (sentence.startsWith('no series at all'))
    return problem('correct METRICS_SELECTOR, in the environment of the service');
  const unusable = /^no usable (?:value|samples) of (\S+?),?(?: |$)/.exec(sentence);
  if (unusable) {
    return problem(
      `export the values that /docs describes for ${unusable[1]}; with --prometheus-url this check shows the actual ones`,
    );
  }
  return problem(fixOf(sentence));
}
