import { type ErrorCode, GatewayzMetricsError } from '../errors.js';
import type { Collector } from '../model.js';
import { type HealthFamily, healthFamilies } from '../presets/gatewayz/health-families.js';
import type { HealthPoller } from './health-poller.js';

const families = new Map(healthFamilies.map((family) => [family.name, family]));

/**
 * The Health Service as a source of rows; a row's id is its family's name. Tells what polling has come to, whatever the
 * instant, and asks nothing itself; only while the first cycle is under way does it wait, at most until `signal` aborts.
 * With a `failure` (no endpoint answers) some outcomes are still present: that the service is down, the count of
 * failures, and values that are kept.
 */
export function createHealthCollector(poller: Pick<HealthPoller, 'state'>): Collector {
  const { state } = poller;
  return {
    name: 'health-service',
    has: (row) => families.has(row),
    async collect(_evaluationTime, rows) {
      const asked = rows.map(familyOf);
      const dropped = asked.map(
        (family) => [family.name, { family: family.name, count: state.dropped(family) }] as const,
      );
      const fault = state.fault();
      return {
        outcomes: new Map(asked.map((family) => [family.name, state.outcome(family)])),
        durations: new Map(rows.map((row) => [row, 0])),
        querySeconds: 0,
        seriesOverLimit: new Map(dropped.filter(([, { count }]) => count > 0)),
        ...(fault !== undefined && {
          failure: { code: 'health_service_unavailable' satisfies ErrorCode, reason: fault },
        }),
      };
    },
  };
}

function familyOf(row: string): HealthFamily {
  const family = families.get(row);
  if (family === undefined) throw new GatewayzMetricsError('internal', `The Health Service has no row named ${row}.`);
  return family;
}
