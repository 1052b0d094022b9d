import { type DownTarget, explainAbsence } from '../catalogue/absence.js';
import { cappedBlocks } from '../catalogue/cap.js';
import type { Catalogue, CompiledRow, OutputFamily } from '../catalogue/compile.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Collection, Collector, Metric, Outcome, Vector } from '../model.js';
import type { Answer, LabelAnswer } from './answer.js';
import { downTargets } from './down-targets.js';
import type { PrometheusClient } from './prometheus-client.js';
import { InstantQuestions, type Questions } from './questions.js';
import { chooseBusiest, choosePairs, type PairChoice } from './series-cap.js';

/** The metrics that a row came to, or the error of a block that it needs. */
interface Derived {
  readonly row: CompiledRow;
  readonly family: OutputFamily | undefined;
  readonly metrics: readonly Metric[];
  readonly error?: GatewayzMetricsError;
}

/**
 * Asks Prometheus for rows: first which metric names exist, then the blocks of the rows whose metrics do, each once per
 * instant. A row one of whose blocks failed has failed as a whole.
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
  let asked = new InstantQuestions(client, Number.NaN);

  async function collect(instant: number, ids: readonly string[], signal: AbortSignal): Promise<Collection> {
    if (asked.instant !== instant) asked = new InstantQuestions(client, instant);
    let cost = 0;
    const questions = asked.during(signal, (seconds) => {
      cost += seconds;
    });

    const given = await questions.labelValues('__name__', catalogue.selector);
    if (given.error && given.error.code !== 'upstream_rejected') return allFailed(ids, given.error);
    const names = namesOf(given);
    const exists = (metric: string): boolean => names?.has(metric) ?? true;

    const rows = ids.map((id) => catalogue.rows.get(id)!);
    const blocks = [...new Set(rows.flatMap((row) => Object.values(row.blocks)))].filter((block) =>
      catalogue.blockMetrics.get(block)!.some(exists),
    );
    const pairs = blocks.some((block) => capped.has(block))
      ? await choosePairs(catalogue, maxSeries, exists, questions)
      : undefined;
    const ask = (block: string): Promise<Answer> =>
      capped.has(block) ? askCapped(block, pairs, questions) : questions.query(block);
    const answers = new Map(await Promise.all(blocks.map(async (block) => [block, await ask(block)] as const)));
    const errors = [...answers.values()].flatMap(({ error }) => (error ? [error] : []));
    if (errors.length > 0 && errors.length === answers.size) return allFailed(ids, errors[0]!);

    const derived = rows.map((row) => derive(row, familyOf.get(row.id), answers));
    const limited = await limit(derived, questions);
    const isAbsent = ({ metrics, error }: Derived): boolean => metrics.length === 0 && !error;
    const down = derived.some(isAbsent) ? await downTargets(catalogue, questions) : [];
    return {
      outcomes: new Map(limited.map((result) => [result.row.id, outcomeOf(result, answers, names, down)])),
      durations: new Map(rows.map((row) => [row.id, secondsOf(row, answers)])),
      cost,
      dropped: new Map(derived.flatMap((before, i) => droppedOf(before, limited[i]!, pairs))),
    };
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

  function outcomeOf(
    { row, metrics, error }: Derived,
    answers: ReadonlyMap<string, Answer>,
    names: ReadonlySet<string> | undefined,
    down: readonly DownTarget[],
  ): Outcome {
    if (error) return { state: 'failed', reason: error.message };
    if (metrics.length > 0) return { state: 'present', metrics };
    const context = { names, answers: vectorsOf(row, answers), down, selector: catalogue.baseSelector };
    return { state: 'absent', reason: explainAbsence(row, context) };
  }

  return { name: 'prometheus', has: (row) => catalogue.rows.has(row), collect };
}

/** Undefined where the upstream would not tell; then everything is asked. */
function namesOf({ values, error }: LabelAnswer): ReadonlySet<string> | undefined {
  return error ? undefined : new Set(values);
}

async function askCapped(
  block: string,
  pairs: PairChoice | GatewayzMetricsError | undefined,
  questions: Questions,
): Promise<Answer> {
  if (pairs instanceof GatewayzMetricsError) return { vector: [], seconds: 0, error: pairs };
  const text = pairs ? pairs.restrict(block) : block;
  return text === undefined ? { vector: [], seconds: 0 } : questions.query(text);
}

function droppedOf(
  { family, metrics, error }: Derived,
  { metrics: shown }: Derived,
  pairs: PairChoice | GatewayzMetricsError | undefined,
): [string, number][] {
  if (!family || error) return [];
  const counts = family.labels.includes('model') && pairs && !(pairs instanceof GatewayzMetricsError) && pairs.counts;
  const before = counts ? (counts.get(family.name) ?? 0) : metrics.length;
  return before > shown.length ? [[family.name, before - shown.length]] : [];
}

function vectorsOf(row: CompiledRow, answers: ReadonlyMap<string, Answer>): Record<string, Vector> {
  return Object.fromEntries(
    Object.entries(row.blocks).map(([name, block]) => [name, answers.get(block)?.vector ?? []]),
  );
}

function derive(row: CompiledRow, family: OutputFamily | undefined, answers: ReadonlyMap<string, Answer>): Derived {
  const error = Object.values(row.blocks)
    .map((block) => answers.get(block)?.error)
    .find((found) => found !== undefined);
  if (error) return { row, family, metrics: [], error };
  try {
    return { row, family, metrics: row.derive(vectorsOf(row, answers)) };
  } catch (cause) {
    if (cause instanceof GatewayzMetricsError) return { row, family, metrics: [], error: cause };
    throw cause;
  }
}

function secondsOf(row: CompiledRow, answers: ReadonlyMap<string, Answer>): number {
  const blocks = new Set(Object.values(row.blocks));
  return [...blocks].reduce((total, block) => total + (answers.get(block)?.seconds ?? 0), 0);
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
