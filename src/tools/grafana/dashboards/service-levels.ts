import { higherIsWorse } from '../panels/field-options.js';
import type { PanelSpec } from '../panels/panel.js';
import type { Queries } from '../queries/queries.js';
import { errorBurn, latencyBurn, type Objectives } from '../rules/service-level-objectives.js';

/** How fast the error budgets are used up, against what the alerts fire at. */
export function serviceLevelPanels({ gateway }: Queries, objectives: Objectives): readonly PanelSpec[] {
  const lines = (burn: (window: string) => string) =>
    ['5m', '1h'].map((window) => ({ legend: `over ${window}`, expr: gateway(burn(window)) }));
  const scale = { unit: 'none', decimals: 2, min: 0, thresholds: higherIsWorse(6, 14.4) } as const;
  const meaning =
    'Burn rate of the 30-day error budget: 1 consumes it exactly. Alerts fire above 14.4 (1 h) and 6 (6 h).';
  return [
    {
      kind: 'timeseries',
      title: 'Availability budget burn',
      description: `${meaning} Objective: ${objectives.availability} % of HTTP requests without 5xx.`,
      width: 12,
      step: '30s',
      queries: lines((window) => errorBurn(objectives, window)),
      ...scale,
    },
    {
      kind: 'timeseries',
      title: 'Latency budget burn',
      description: `${meaning} Objective: ${objectives.latency} % of inference requests within ${objectives.latencySeconds} s.`,
      width: 12,
      step: '30s',
      queries: lines((window) => latencyBurn(objectives, window)),
      ...scale,
    },
  ];
}
