import type { Catalogue, CompiledRow } from '../catalogue/compile.js';
import { findSpelling } from '../catalogue/compile-row.js';
import type { OutputFamily } from '../catalogue/definition.js';
import { findHint } from '../catalogue/find-hint.js';
import { type Clock, systemClock } from '../clock.js';
import type { GatewayzMetricsError } from '../errors.js';
import type { Collection, Collector } from '../model.js';
import type { PrometheusClient } from '../prometheus/prometheus-client.js';
import { RetryAfterThrottle } from '../prometheus/retry-after-throttle.js';
import { BlockQueries } from './block-queries.js';
import { findDownTargets } from './down-targets.js';
import { excludeReexported } from './exclude-reexported.js';
import type { LabelResult, QueryResult } from './query-result.js';
import {
  type BlockResults,
  type Derived,
  derive,
  droppedOf,
  failedResult,
  hasNoSamples,
  isMissing,
  outcomeOf,
  type RowResult,
  vectorsOf,
} from './row-result.js';
import { chooseBusiest, LimitedFamilies, type Selection } from './series-limit.js';
import { QueryCache, type SharedQueries } from './shared-queries.js';

/**
 * Asks Prometheus for rows: first which metric names exist, then the blocks of the rows whose metrics do, each once per
 * instant. A row one of whose blocks failed has failed as a whole. A question that was refused with `Retry-After` is left
 * alone for that time; the collection tells it only where all of them were.
 *
 * @param maxSeries label sets per family; over it Prometheus chooses the busiest
 * @param useRecorded a block whose recording rule exists is not asked, but what was recorded
 */
export function createPrometheusCollector(
  client: PrometheusClient,
  catalogue: Catalogue,
  maxSeries: number,
  useRecorded = false,
  clock: Clock = systemClock,
): Collector {
  const limits = catalogue.seriesLimits.map((limit) => new LimitedFamilies(limit, catalogue, maxSeries));
  const familyOf = new Map(Object.values(catalogue.families).flatMap((families) => families.map((f) => [f.row, f])));
  const patience = new RetryAfterThrottle(clock);
  let asked = new QueryCache(client, patience, Number.NaN);
  let results = new Map<string, RowResult>();

  let hint: string | undefined;

  async function collect(instant: number, ids: readonly string[], signal: AbortSignal): Promise<Collection> {
    if (asked.instant !== instant) {
      asked = new QueryCache(client, patience, instant);
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
      querySeconds: cost,
      hint,
      seriesOverLimit: new Map(
        known.flatMap(([id, { dropped: count }]) =>
          count > 0 ? [[id, { family: familyOf.get(id)!.name, count }]] : [],
        ),
      ),
    };
  }

  /** Adds the rows to the results, or tells why Prometheus cannot be asked at all. */
  async function evaluate(
    wanted: readonly CompiledRow[],
    questions: SharedQueries,
  ): Promise<GatewayzMetricsError | undefined> {
    const given = await questions.labelValues('__name__', catalogue.selector);
    if (given.error && given.error.code !== 'upstream_rejected') return given.error;
    const names = namesOf(given);
    const exists = (metric: string): boolean => names?.has(metric) ?? true;
    const rows = wanted.map((row) => findSpelling(row, exists));
    // At the same time as all that does not depend on them: the first answer waits for the longest chain of questions.
    const choices = limits.map((limited) => limited.choose(rows, exists, questions));
    const looking = rows.some(({ metrics }) => !metrics.some(exists))
      ? findDownTargets(catalogue, questions)
      : undefined;
    // Who needs them gets their errors.
    for (const asking of [...choices, looking]) asking?.catch(() => {});
    const choiceOf = (block: string): Promise<Selection> | undefined =>
      choices[limits.findIndex((limited) => limited.blocks.has(block))];
    const blocks = new BlockQueries({ catalogue, choiceOf, names, useRecorded }, questions);

    const all = await Promise.all(rows.map((row) => evaluateRow(row, familyOf.get(row.id), blocks)));
    const selections = await Promise.all(choices);
    const [first, ...others] = blocks.errors.values();
    if (first && others.every((error) => error !== undefined)) return first;

    // Families that outgrew the limit since they were last counted are evaluated again, counted.
    const overflown = limits.filter((limited, index) => limited.outgrew(all, selections[index]));
    const again = (row: CompiledRow): boolean => overflown.some((limited) => limited.has(row));
    const derived = all.filter(({ row }) => !again(row));
    const limited = await limit(derived, questions);
    const absent = derived.filter(isMissing);
    const down = absent.length > 0 ? await (looking ?? findDownTargets(catalogue, questions)) : [];
    const unanswered = absent.filter(hasNoSamples).map(({ row }) => row);
    hint = findHint({ names, down, presets: catalogue.presets });
    const known = names && (await excludeReexported(names, unanswered, catalogue, questions));
    for (const [index, result] of limited.entries()) {
      results.set(result.row.id, {
        outcome: outcomeOf(result, { names: known, down, selector: catalogue.baseSelector }),
        seconds: result.seconds,
        dropped: droppedOf(derived[index]!, result, limits, selections),
      });
    }
    return overflown.length > 0 ? evaluate(rows.filter(again), questions) : undefined;
  }

  /** Cuts families with one label; those with pairs have been cut by Prometheus. */
  async function limit(derived: readonly Derived[], questions: SharedQueries): Promise<readonly Derived[]> {
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

  return {
    name: 'prometheus',
    has: (row) => catalogue.rows.has(row),
    collect,
    hurry: (isWaitedFor) => client.hurry(isWaitedFor),
  };
}

/** Undefined where the upstream would not tell; then everything is asked. */
function namesOf({ values, error }: LabelResult): ReadonlySet<string> | undefined {
  return error ? undefined : new Set(values);
}

async function evaluateRow(
  row: CompiledRow,
  family: OutputFamily | undefined,
  questions: BlockQueries,
): Promise<Derived> {
  const answers = new Map<string, QueryResult>();
  if (row.needsJob) return derive(row, family, answers);
  for (const blocksOf of [blocksAtOnce, blocksAfter]) {
    const blocks = [...new Set(blocksOf(row, answers))].filter((block) => questions.mayAnswer(block));
    const found = await Promise.all(blocks.map((block) => questions.ask(block)));
    for (const [index, answer] of found.entries()) answers.set(blocks[index]!, answer);
  }
  const derived = derive(row, family, answers);
  for (const block of answers.keys()) questions.forget(block);
  return derived;
}

function blocksAtOnce({ blocks, when }: CompiledRow): string[] {
  return Object.entries(blocks).flatMap(([name, block]) => (name in when ? [] : block));
}

function blocksAfter(row: CompiledRow, answers: BlockResults): string[] {
  const vectors = vectorsOf(row, answers);
  return Object.entries(row.when).flatMap(([name, other]) => (vectors[other]!.length > 0 ? row.blocks[name]! : []));
}

/** Costs nothing: an upstream that cannot answer is asked again after one interval. */
function allFailed(rows: readonly string[], error: GatewayzMetricsError): Collection {
  const { code, message: reason, retryAfter } = error;
  return {
    outcomes: new Map(rows.map((row) => [row, { state: 'failed', reason, cause: { code, metrics: [] } }])),
    durations: new Map(),
    querySeconds: 0,
    seriesOverLimit: new Map(),
    failure: { code, reason, ...(retryAfter === undefined ? {} : { retryAfter }) },
  };
}
