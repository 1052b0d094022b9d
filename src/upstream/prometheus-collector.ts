import { explainAbsence } from '../catalogue/absence.js';
import { cappedBlocks } from '../catalogue/cap.js';
import type { Catalogue, CompiledRow, OutputFamily } from '../catalogue/compile.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Collection, Collector, Metric, Outcome, Vector } from '../model.js';
import type { Answer } from './answer.js';
import { downTargets } from './down-targets.js';
import type { PrometheusClient } from './prometheus-client.js';
import { choosePairs, keepBusiest, type PairChoice } from './series-cap.js';

type Names = ReadonlySet<string> | GatewayzMetricsError;

/** What has been asked at one instant; nothing is asked twice. */
interface Asked {
  readonly instant: number;
  names?: Promise<Names>;
  pairs?: Promise<PairChoice | undefined>;
  readonly answers: Map<string, Promise<Answer>>;
}

/** The metrics that a row came to, or the error of a block that it needs. */
interface Derived {
  readonly row: CompiledRow;
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
  let asked: Asked = { instant: Number.NaN, answers: new Map() };

  async function collect(instant: number, ids: readonly string[], signal: AbortSignal): Promise<Collection> {
    if (asked.instant !== instant) asked = { instant, answers: new Map() };
    const here = asked;
    let cost = 0;
    const ask = (promql: string, key = promql): Promise<Answer> => {
      const earlier = here.answers.get(key);
      if (earlier) return earlier;
      const answer = query(client, promql, instant, signal);
      here.answers.set(key, answer);
      return answer.then((given) => {
        cost += given.seconds;
        return given;
      });
    };

    here.names ??= namesOf(client, catalogue, instant, signal);
    const names = await here.names;
    if (names instanceof GatewayzMetricsError && names.code !== 'upstream_rejected') return allFailed(ids, names);
    const known = names instanceof GatewayzMetricsError ? undefined : names;

    const rows = ids.map((id) => catalogue.rows.get(id)!);
    const blocks = [...new Set(rows.flatMap((row) => Object.values(row.blocks)))].filter((block) =>
      catalogue.blockMetrics.get(block)!.some((name) => known?.has(name) ?? true),
    );
    if (blocks.some((block) => capped.has(block))) here.pairs ??= choosePairs(catalogue, maxSeries, ask);
    const pairs = await here.pairs;
    const askBlock = async (block: string): Promise<Answer> => {
      if (!pairs || !capped.has(block)) return ask(block);
      const answer = await ask(pairs.restrict(block), block);
      return { ...answer, vector: answer.vector.filter(pairs.has) };
    };
    const answers = new Map(await Promise.all(blocks.map(async (block) => [block, await askBlock(block)] as const)));
    const errors = [...answers.values()].flatMap(({ error }) => (error ? [error] : []));
    if (errors.length > 0 && errors.length === answers.size) return allFailed(ids, errors[0]!);

    const derived = await Promise.all(rows.map((row) => limit(derive(row, answers), ask)));
    const absent = derived.some(({ metrics, error }) => metrics.length === 0 && !error);
    const down = absent ? await downTargets(client, catalogue, instant, ask, signal) : [];
    const outcome = ({ row, metrics, error }: Derived): Outcome => {
      if (error) return { state: 'failed', reason: error.message };
      if (metrics.length > 0) return { state: 'present', metrics };
      const context = { names: known, answers: vectorsOf(row, answers), down, selector: catalogue.baseSelector };
      return { state: 'absent', reason: explainAbsence(row, context) };
    };
    return {
      outcomes: new Map(derived.map((result) => [result.row.id, outcome(result)])),
      durations: new Map(rows.map((row) => [row.id, secondsOf(row, answers)])),
      cost,
      dropped: new Map(derived.flatMap((result) => droppedOf(result, pairs))),
    };
  }

  /** Cuts a family that is over the limit although Prometheus was not asked to choose. */
  async function limit(result: Derived, ask: (promql: string) => Promise<Answer>): Promise<Limited> {
    const family = familyOf.get(result.row.id);
    const total = result.metrics.length;
    if (!family || total <= maxSeries) return { ...result, family, total };
    const metrics = await keepBusiest(result.metrics, family.labels[0] ?? '', maxSeries, catalogue, ask);
    return { ...result, metrics, family, total };
  }

  return { name: 'prometheus', has: (row) => catalogue.rows.has(row), collect };
}

interface Limited extends Derived {
  readonly family: OutputFamily | undefined;
  /** Label sets before the cut. */
  readonly total: number;
}

function droppedOf({ family, metrics, total }: Limited, pairs: PairChoice | undefined): [string, number][] {
  const before = family?.labels.includes('model') ? (pairs?.counts.get(family.name) ?? total) : total;
  return family && before > metrics.length ? [[family.name, before - metrics.length]] : [];
}

async function query(client: PrometheusClient, promql: string, instant: number, signal: AbortSignal): Promise<Answer> {
  const started = performance.now();
  try {
    return await client.query(promql, instant, signal);
  } catch (error) {
    if (!(error instanceof GatewayzMetricsError)) throw error;
    return { vector: [], seconds: (performance.now() - started) / 1000, error };
  }
}

async function namesOf(
  client: PrometheusClient,
  catalogue: Catalogue,
  instant: number,
  signal: AbortSignal,
): Promise<Names> {
  try {
    return (await client.metricNames(catalogue.selector, instant, signal)).names;
  } catch (error) {
    if (error instanceof GatewayzMetricsError) return error;
    throw error;
  }
}

function vectorsOf(row: CompiledRow, answers: ReadonlyMap<string, Answer>): Record<string, Vector> {
  return Object.fromEntries(
    Object.entries(row.blocks).map(([name, block]) => [name, answers.get(block)?.vector ?? []]),
  );
}

function derive(row: CompiledRow, answers: ReadonlyMap<string, Answer>): Derived {
  const error = Object.values(row.blocks)
    .map((block) => answers.get(block)?.error)
    .find((found) => found !== undefined);
  if (error) return { row, metrics: [], error };
  try {
    return { row, metrics: row.derive(vectorsOf(row, answers)) };
  } catch (cause) {
    if (cause instanceof GatewayzMetricsError) return { row, metrics: [], error: cause };
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
