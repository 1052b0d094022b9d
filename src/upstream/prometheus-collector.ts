import { cappedBlocks } from '../catalogue/cap.js';
import type { Catalogue, CompiledRow } from '../catalogue/compile.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Collection, Collector } from '../model.js';
import type { Answer, LabelAnswer } from './answer.js';
import { downTargets } from './down-targets.js';
import type { PrometheusClient } from './prometheus-client.js';
import { InstantQuestions, type Questions } from './questions.js';
import {
  type Answers,
  type Derived,
  derive,
  droppedOf,
  failedResult,
  isAbsent,
  outcomeOf,
  type RowResult,
  secondsOf,
  vectorsOf,
} from './row-result.js';
import { chooseBusiest, choosePairs, type Pairs, textOf } from './series-cap.js';

/**
 * Asks Prometheus for rows: first which metric names exist, then the blocks of the rows whose metrics do, each once per
 * instant. A row one of whose blocks failed has failed as a whole. An answer is let go of when all rows that could need it
 * have been derived: the largest are some of the largest things in the process.
 *
 * @param maxSeries label sets per family; over it Prometheus chooses the busiest
 */
export function createPrometheusCollector(
  client: PrometheusClient,
  catalogue: Catalogue,
  maxSeries: number,
): Collector {
  const capped = new Set(cappedBlocks.map(catalogue.scoped));
  const familyOf = new Map(Object.values(catalogue.families).flatMap((families) => families.map((f) => [f.row, f])));
  const usersOf = new Map<string, string[]>();
  for (const row of catalogue.rows.values()) {
    for (const block of new Set(Object.values(row.blocks))) usersOf.set(block, [...(usersOf.get(block) ?? []), row.id]);
  }
  let asked = new InstantQuestions(client, Number.NaN);
  let results = new Map<string, RowResult>();
  /** Whether the families of pairs last had so few label sets that counting them before asking for them is not worth it. */
  let roomy = false;

  async function collect(instant: number, ids: readonly string[], signal: AbortSignal): Promise<Collection> {
    if (asked.instant !== instant) {
      asked = new InstantQuestions(client, instant);
      results = new Map();
    }
    let cost = 0;
    const questions = asked.during(signal, (seconds) => {
      cost += seconds;
    });
    const rows = ids.flatMap((id) => (results.has(id) ? [] : catalogue.rows.get(id)!));
    const failure = await evaluate(rows, questions);
    if (failure && rows.length === ids.length) return allFailed(ids, failure);
    const known = ids.map((id) => [id, results.get(id) ?? failedResult(failure!)] as const);
    return {
      outcomes: new Map(known.map(([id, { outcome }]) => [id, outcome])),
      durations: new Map(known.map(([id, { seconds }]) => [id, seconds])),
      cost,
      dropped: new Map(known.flatMap(([id, { dropped }]) => (dropped > 0 ? [[familyOf.get(id)!.name, dropped]] : []))),
    };
  }

  /** Adds the rows to the results, or tells why Prometheus cannot be asked at all. */
  async function evaluate(
    rows: readonly CompiledRow[],
    questions: Questions,
  ): Promise<GatewayzMetricsError | undefined> {
    const given = await questions.labelValues('__name__', catalogue.selector);
    if (given.error && given.error.code !== 'upstream_rejected') return given.error;
    const names = namesOf(given);
    const exists = (metric: string): boolean => names?.has(metric) ?? true;
    const existing = (blocks: readonly string[]): string[] =>
      [...new Set(blocks)].filter((block) => catalogue.blockMetrics.get(block)!.some(exists));

    const first = existing(rows.flatMap(blocksAtOnce));
    const pairs =
      !roomy && first.some((block) => capped.has(block))
        ? await choosePairs(catalogue, maxSeries, exists, questions)
        : undefined;
    const ask = async (blocks: readonly string[], answers: Answers): Promise<Answers> => {
      const fresh = blocks.filter((block) => !answers.has(block));
      const given = await Promise.all(
        fresh.map((block) => (capped.has(block) ? askCapped(block, pairs, questions) : questions.query(block))),
      );
      return new Map([...answers, ...given.map((answer, index) => [fresh[index]!, answer] as const)]);
    };
    const atOnce = await ask(first, new Map());
    const answers = await ask(existing(rows.flatMap((row) => blocksAfter(row, atOnce))), atOnce);
    const errors = [...answers.values()].flatMap(({ error }) => (error ? [error] : []));
    if (errors.length > 0 && errors.length === answers.size) return errors[0];

    const derived = rows.map((row) => derive(row, familyOf.get(row.id), answers));
    const ofPairs = derived.filter(({ family }) => family?.labels.includes('model'));
    if (roomy && ofPairs.some(({ metrics }) => metrics.length > maxSeries)) {
      roomy = false;
      return evaluate(rows, questions);
    }
    if (ofPairs.length > 0) {
      roomy = !pairs && ofPairs.every(({ metrics, error }) => !error && 2 * metrics.length <= maxSeries);
    }
    const limited = await limit(derived, questions);
    const down = derived.some(isAbsent) ? await downTargets(catalogue, questions) : [];
    for (const [index, result] of limited.entries()) {
      results.set(result.row.id, {
        outcome: outcomeOf(result, answers, { names, down, selector: catalogue.baseSelector }),
        seconds: secondsOf(result.row, answers),
        dropped: droppedOf(derived[index]!, result, pairs),
      });
    }
    for (const block of answers.keys()) {
      if (!usersOf.get(block)!.every((id) => results.has(id))) continue;
      asked.forget((capped.has(block) ? textOf(block, pairs) : block) ?? block);
    }
    return undefined;
  }

  /** Cuts families with one label; those with pairs have been cut by Prometheus. */
  async function limit(derived: readonly Derived[], questions: Questions): Promise<readonly Derived[]> {
    const labelled = derived.flatMap(({ family, metrics }) =>
      family?.labels.length === 1 ? [{ label: family.labels[0]!, metrics }] : [],
    );
    const busiest = await chooseBusiest(labelled, maxSeries, catalogue, questions);
    return derived.map((result) => {
      const [label = ''] = result.family?.labels ?? [];
      const shown = result.family?.labels.length === 1 ? busiest.get(label) : undefined;
      if (!shown) return result;
      return { ...result, metrics: result.metrics.filter(({ labels }) => shown.has(labels[label] ?? '')) };
    });
  }

  return { name: 'prometheus', has: (row) => catalogue.rows.has(row), collect };
}

/** Undefined where the upstream would not tell; then everything is asked. */
function namesOf({ values, error }: LabelAnswer): ReadonlySet<string> | undefined {
  return error ? undefined : new Set(values);
}

function blocksAtOnce({ blocks, onlyIf }: CompiledRow): string[] {
  return Object.entries(blocks).flatMap(([name, block]) => (name in onlyIf ? [] : block));
}

function blocksAfter(row: CompiledRow, answers: Answers): string[] {
  const vectors = vectorsOf(row, answers);
  return Object.entries(row.onlyIf).flatMap(([name, isNeeded]) => (isNeeded(vectors) ? row.blocks[name]! : []));
}

async function askCapped(block: string, pairs: Pairs, questions: Questions): Promise<Answer> {
  const text = textOf(block, pairs);
  if (pairs instanceof GatewayzMetricsError) return { vector: [], seconds: 0, error: pairs };
  return text === undefined ? { vector: [], seconds: 0 } : questions.query(text);
}

/** Costs nothing: an upstream that cannot answer is asked again after one interval. */
function allFailed(rows: readonly string[], error: GatewayzMetricsError): Collection {
  const { code, message: reason, retryAfter } = error;
  return {
    outcomes: new Map(rows.map((row) => [row, { state: 'failed', reason }])),
    durations: new Map(),
    cost: 0,
    dropped: new Map(),
    failure: { code, reason, ...(retryAfter === undefined ? {} : { retryAfter }) },
  };
}
