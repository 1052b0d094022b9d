import type { Scenario } from './scenario.js';

const derived = {
  'model_inference_requests_total{model="m",provider="good",status="success"}': '0+15x20',
  'model_inference_requests_total{model="m",provider="bad",status="error"}': '0+15x20',
};
const fromRequests = {
  gatewayz_providers_total: '2',
  gatewayz_providers_healthy: '1',
  gatewayz_providers_degraded: '0',
  gatewayz_providers_down: '1',
};

function counts(total?: string, healthy?: string, degraded?: string, down?: string): Record<string, string> {
  const all = { total, healthy, degraded, down };
  return Object.fromEntries(
    Object.entries(all).flatMap(([state, value]) =>
      value === undefined ? [] : [[`gatewayz_providers_${state}`, value]],
    ),
  );
}

const refused = (name: string, says: string, own: Record<string, string>): Scenario => ({
  name: `counts_${name}`,
  says: `own provider counts ${says} yield to derived ones`,
  series: { ...derived, ...own },
  values: fromRequests,
});

/** The backend's own four numbers of providers: all of them or none. */
export const providerCounts: readonly Scenario[] = [
  {
    name: 'counts_whole',
    says: 'own provider counts that fit together are taken, states that do not sum to the total included',
    series: { ...derived, ...counts('30', '20', '5', '2') },
    values: {
      gatewayz_providers_total: '30',
      gatewayz_providers_healthy: '20',
      gatewayz_providers_degraded: '5',
      gatewayz_providers_down: '2',
    },
  },
  refused('inconsistent', 'that exceed their total', counts('3', '2', '1', '1')),
  refused('partial', 'of which one is not there', counts('30', '20', '5')),
  refused('zero', 'that are all 0', counts('0', '0', '0', '0')),
  refused('nan', 'of which one is not a number', counts('30', 'NaN', '5', '2')),
];
