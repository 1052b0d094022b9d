import { grafanaAt, hasNumbers } from './grafana-queries.js';
import type { Chosen } from './interpolate.js';
import { readAlertQueries, readDashboards } from './read-dashboards.js';

const hour = 3_600_000;

/** How drop-downs are set: to all, to the first two values, or to the first one alone. */
const choices = ['all', 'two', 'one'] as const;

export interface Answers {
  /** What has no number: `gatewayz-http / Exceptions / A (all)`. */
  readonly empty: readonly string[];
  /** What Prometheus refuses, with its words. */
  readonly refused: readonly string[];
}

/** Sends all that the committed dashboards, their drop-downs and the alerts ask, as Grafana would for the last hour. */
export async function askEverything(prometheus: string): Promise<Answers> {
  const now = Date.now();
  const grafana = grafanaAt(prometheus, { from: now - hour, to: now });
  const empty: string[] = [];
  const refused: string[] = [];
  const ask = async (where: string, answer: Promise<boolean>): Promise<void> => {
    const hasAny = await answer.catch((error: unknown) => {
      refused.push(`${where}: ${String(error)}`);
      return true;
    });
    if (!hasAny) empty.push(where);
  };
  for (const { uid, panels, templating } of readDashboards()) {
    const lists = templating.list.filter(({ type }) => type === 'query');
    for (const choice of lists.length > 0 ? choices : (['all'] as const)) {
      const chosen = new Map<string, Chosen>();
      for (const list of lists) {
        const values = await grafana.values(list, chosen);
        if (values.length === 0) empty.push(`${uid} / drop-down ${list.name} (${choice})`);
        const some = values.slice(0, choice === 'two' ? 2 : 1);
        chosen.set(list.name, choice === 'all' ? { all: list.allValue ?? '.*' } : { values: some });
      }
      for (const panel of panels) {
        for (const target of panel.targets ?? []) {
          const where = `${uid} / ${panel.title} / ${target.refId} (${choice})`;
          await ask(where, grafana.series(panel, target, chosen).then(hasNumbers));
        }
      }
    }
  }
  const panel = { gridPos: { x: 0, y: 0, w: 24, h: 1 } };
  for (const [alert, expr] of Object.entries(readAlertQueries())) {
    const target = { refId: 'A', expr, instant: true };
    await ask(`alert ${alert}`, grafana.series(panel, target, new Map()).then(hasNumbers));
  }
  return { empty, refused };
}
