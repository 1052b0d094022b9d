import type { Dashboard } from './grafana-queries.js';
import type { Chosen } from './interpolate.js';
import { interpolate } from './interpolate.js';

export interface DashboardQuery {
  /** Where it is, for messages: `gatewayz-http / Busiest paths / A`. */
  readonly where: string;
  readonly expr: string;
}

/** An hour, on an ordinary screen. */
const time = { from: 0, to: 3_600_000, width: 960, scrapeInterval: 15_000, minStep: 15_000 };

/** All that a dashboard's panels and drop-downs ask, as valid PromQL: every variable stands for all values. */
export function queriesOf({ uid, panels, templating }: Dashboard): readonly DashboardQuery[] {
  const lists = templating.list.filter(({ type }) => type === 'query');
  const chosen = new Map(lists.map(({ name, allValue = '.*' }): [string, Chosen] => [name, { all: allValue }]));
  const inPanels = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => ({ where: `${uid} / ${title} / ${refId}`, expr })),
  );
  const inLists = lists.map(({ name, query }) => {
    const text = typeof query === 'string' ? query : query.query;
    // Only the aggregation makes a selector a query.
    return { where: `${uid} / drop-down ${name}`, expr: `count(${/^label_values\((.+), \w+\)$/s.exec(text)?.[1]})` };
  });
  return [...inPanels, ...inLists].map(({ where, expr }) => ({ where, expr: interpolate(expr, time, chosen) }));
}
