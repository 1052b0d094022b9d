import { fixOf } from '../service/explain-status.js';
import type { Diagnosis } from './diagnosis.js';

/**
 * What the service's own sentence about a missing value comes to, where Prometheus tells no more or cannot be asked.
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
      fix: `let the gateway write ${missingSeries[1]}; nothing where it has no such thing`,
    };
  }
  if (sentence.startsWith('fewer than two samples')) {
    return problem('wait for the second scrape; if it stays so, scrape_interval: 1m or less in prometheus.yml');
  }
  if (/ in the last 5 minutes$/.test(sentence)) {
    return { severity: 'idle', cause: sentence, fix: 'nothing: the value comes with the next request' };
  }
  if (sentence.startsWith('no series at all'))
    return problem('correct METRICS_SELECTOR, in the environment of the service');
  const unusable = /^no usable (?:value|samples) of (\S+?),?(?: |$)/.exec(sentence);
  if (unusable) {
    return problem(
      `let the gateway write what ${unusable[1]} should mean (see /docs); with --prometheus-url this check shows what it writes`,
    );
  }
  return problem(fixOf(sentence));
}
