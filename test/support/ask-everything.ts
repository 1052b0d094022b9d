import { grafanaAt, hasNumbers, type Series, type Target } from './grafana-queries.js';
import type { Chosen } from './interpolate.js';
import { readAlertQueries, readDashboards } from './read-dashboards.js';

const halfAnHour = 1_800_000;
const atOnce = 4;

/** How drop-downs are set: to all, to the first two values, or to the first one alone. */
const choices = ['all', 'two', 'one'] as const;

export interface Answers {
  /** What has no number: `gatewayz-http / Exceptions / A (all)`. */
  readonly empty: readonly string[];
  /** What Prometheus refuses, with its words. */
  readonly refused: readonly string[];
}

interface Question {
  readonly where: string;
  readonly hasAnswer: () => Promise<boolean>;
}

/**
 * Sends what the committed dashboards, their drop-downs and the alerts ask, as Grafana would for the last half hour; if
 * `only` is given, of these what it names.
 */
export async function askEverything(prometheus: string, only?: readonly string[]): Promise<Answers> {
  const questions = await allQuestions(prometheus);
  const left = questions.filter(({ where }) => only === undefined || only.includes(where));
  const answers: { empty: string[]; refused: string[] } = { empty: [], refused: [] };
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { where, hasAnswer } = next;
      try {
        if (!(await hasAnswer())) answers.empty.push(where);
      } catch (error) {
        answers.refused.push(`${where}: ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return answers;
}

async function allQuestions(prometheus: string): Promise<Question[]> {
  const now = Date.now();
  const grafana = grafanaAt(prometheus, { from: now - halfAnHour, to: now });
  const questions: Question[] = [];
  for (const { uid, panels, templating } of readDashboards()) {
    const lists = templating.list.filter(({ type }) => type === 'query');
    for (const choice of lists.length > 0 ? choices : (['all'] as const)) {
      const chosen = new Map<string, Chosen>();
      for (const list of lists) {
        const values = await grafana.values(list, chosen);
        const where = `${uid} / drop-down ${list.name} / values (${choice})`;
        questions.push({ where, hasAnswer: () => Promise.resolve(values.length > 0) });
        const some = values.slice(0, choice === 'two' ? 2 : 1);
        chosen.set(list.name, choice === 'all' ? { all: list.allValue ?? '.*' } : { values: some });
      }
      for (const panel of panels) {
        for (const target of panel.targets ?? []) {
          // What does not depend on the drop-downs is asked once.
          if (choice !== 'all' && !lists.some(({ name }) => target.expr.includes(`$${name}`))) continue;
          const where = `${uid} / ${panel.title} / ${target.refId} (${choice})`;
          const hasAnswer = async () => {
            const series = await grafana.series(panel, target, chosen);
            checkLegend(target, series);
            return hasNumbers(series);
          };
          questions.push({ where, hasAnswer });
        }
      }
    }
  }
  const panel = { gridPos: { x: 0, y: 0, w: 24, h: 1 } };
  for (const [alert, expr] of Object.entries(readAlertQueries())) {
    const target = { refId: 'A', expr, instant: true };
    const hasAnswer = async () => hasNumbers(await grafana.series(panel, target, new Map()));
    questions.push({ where: `alert ${alert}`, hasAnswer });
  }
  return questions;
}

/** A label that no series has would leave the names of all of them without it, and their sum in the place of its parts. */
function checkLegend({ legendFormat = '' }: Target, series: readonly Series[]): void {
  for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
    if (series.length > 0 && series.every(({ metric }) => metric[label] === undefined)) {
      throw new Error(`no series has the label ${label} of the legend`);
    }
  }
}
