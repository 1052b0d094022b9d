import type { MissingCode } from '../../../catalogue/missing-reasons.js';
import type { ErrorCode } from '../../../errors.js';
import type { Cause } from '../../../model.js';
import type { Severity } from '../report.js';
import type { Diagnosis } from './diagnosis.js';

interface Remedy {
  readonly severity: Severity;
  readonly fix: string;
}

const problem = (fix: string): Remedy => ({ severity: 'problem', fix });
const selector = problem(
  'correct METRICS_SELECTOR in the environment of the service; with --prometheus-url this check shows the right value',
);

/** Remedy by the code of a missing value or of a failed query; other codes are explained by the log of the service. */
const remedies: Partial<Record<MissingCode | ErrorCode, Remedy>> = {
  target_down: problem('start that target, or correct targets: of its job in prometheus.yml'),
  selector_matches_nothing: selector,
  idle: { severity: 'idle', fix: 'none: the value appears with the next request' },
  too_few_samples: problem('wait for the second scrape; if it stays so, scrape_interval: 1m or less in prometheus.yml'),
  not_queried: { severity: 'idle', fix: 'none: the value appears with the next refresh' },
  not_exported: { severity: 'not_exported', fix: 'none: the gateway of this preset has no such metric' },
  health_service: problem('start the Health Service, or correct HEALTH_SERVICE_URL in the environment of the service'),
  health_service_unavailable: problem(
    'start the Health Service, or correct HEALTH_SERVICE_URL in the environment of the service',
  ),
  upstream_unreachable: problem('start Prometheus, or correct PROMETHEUS_URL in the environment of the service'),
  upstream_redirected: problem('set PROMETHEUS_URL in the environment of the service to the final URL'),
  upstream_timeout: problem('raise PROMETHEUS_TIMEOUT in the environment of the service'),
  upstream_unauthorized: problem('correct PROMETHEUS_TOKEN_FILE in the environment of the service'),
  upstream_overloaded: problem('wait, or give Prometheus more resources'),
  upstream_too_large: problem('raise PROMETHEUS_MAX_BODY in the environment of the service'),
};

/**
 * Diagnosis from the service's own reason for a missing value, when Prometheus shows no more or is not available.
 *
 * @param sentence the reason for people
 * @param selected whether a base selector is set
 */
export function diagnoseReason({ code, metrics }: Cause, sentence: string, selected: boolean): Diagnosis {
  const names = metrics.join(', ');
  if (code === 'no_series') {
    if (selected) return { ...selector, cause: sentence };
    const fix = `export ${metrics[0]} from the gateway, or ignore this if it does not apply`;
    return { severity: 'not_exported', cause: sentence, fix };
  }
  if (isUnusable(code)) {
    const fix = `export the values that /docs describes for ${names}; with --prometheus-url this check shows the actual ones`;
    return { severity: 'problem', cause: sentence, fix };
  }
  const remedy = remedies[code as MissingCode | ErrorCode] ?? problem("look at the service's log");
  return { ...remedy, cause: sentence };
}

/** Whether series exist, but no value can be made of their samples. */
export function isUnusable(code: string): boolean {
  return code === 'no_samples' || code === 'unusable_value' || code === 'not_finite';
}
