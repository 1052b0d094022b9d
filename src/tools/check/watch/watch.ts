import { setTimeout as wait } from 'node:timers/promises';
import type { CheckedCatalogue } from '../checked-catalogue.js';
import { ageBudget, type RefreshSettings } from '../service/check-freshness.js';
import { explainStatus } from '../service/explain-status.js';
import { readSummary } from '../service/read-summary.js';
import { isFailure, type ServiceClient } from '../service/service-client.js';
import { countedBetween, type ServiceMetrics, scrapeService } from '../service/service-metrics.js';
import { type WatchProbe, WatchRecord } from './watch-record.js';

/** Milliseconds between two probes: a hundredth of the time, within these bounds. */
const intervalBounds = { least: 1000, most: 10_000 };

/** Probes every endpoint repeatedly, through outages, until the time is over or `signal` fires. */
export async function watch(
  service: ServiceClient,
  catalogue: CheckedCatalogue,
  milliseconds: number,
  settings: RefreshSettings,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<WatchRecord> {
  const every = Math.min(intervalBounds.most, Math.max(intervalBounds.least, milliseconds / 100));
  const started = Date.now();
  const record = new WatchRecord(started, milliseconds, {
    unwatched: 3 * every + 60_000,
    longestGap: settings.staleLimit,
    endpoints: catalogue.endpoints,
  });
  let metrics: ServiceMetrics | undefined;
  try {
    while (Date.now() - started < milliseconds + every) {
      const began = Date.now();
      const seen = await probeService(service, catalogue, metrics, settings, signal);
      metrics = seen.metrics ?? metrics;
      record.note(seen.probe);
      progress(record.progress());
      if (began - started >= milliseconds) break;
      const next = Math.min(began + every, started + milliseconds);
      await wait(Math.max(0, next - Date.now()), undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return record;
}

async function probeService(
  service: ServiceClient,
  { endpoints, summaryFields }: CheckedCatalogue,
  before: ServiceMetrics | undefined,
  settings: RefreshSettings,
  signal: AbortSignal,
): Promise<{ readonly probe: WatchProbe; readonly metrics: ServiceMetrics | undefined }> {
  const at = Date.now();
  const client = new Map<string, number>();
  let problem: string | undefined;
  for (const { path, endpoint } of endpoints) {
    const { seconds, problems } = await service.burst(path, 1, signal);
    if (seconds[0] !== undefined) client.set(endpoint, seconds[0]);
    const [what] = problems.keys();
    if (what === undefined) continue;
    problem ??= `${endpoint}: ${what}`;
    // After a timeout, no further waiting before the next probe.
    if (!what.startsWith('HTTP ')) break;
  }
  const silent = client.size === 0;
  const metrics = silent ? undefined : await scrapeService(service, signal);
  const data = silent ? undefined : await dataProblem(service, summaryFields, ageBudget(metrics, settings), signal);
  const handled = new Map(
    endpoints.flatMap(({ endpoint }) => {
      const counts = metrics && before ? handledSince(before, metrics, endpoint) : undefined;
      return counts ? [[endpoint, counts] as const] : [];
    }),
  );
  const unavailable = problem !== undefined && data !== undefined ? `${problem}; ${data}` : problem;
  return { probe: { at, service: unavailable, data, client, handled }, metrics };
}

/** Since a restart, all that the new process has counted. */
function handledSince(before: ServiceMetrics, after: ServiceMetrics, endpoint: string): ReadonlyMap<number, number> {
  const now = after.handlingTimes(endpoint);
  return countedBetween(before.handlingTimes(endpoint), now) ?? now;
}

async function dataProblem(
  service: ServiceClient,
  fields: CheckedCatalogue['summaryFields'],
  budget: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const response = await service.get('/summary', signal);
  if (isFailure(response)) return response.cause;
  if (response.status !== 200) return explainStatus(response, service.base, service.hasToken).cause;
  const summary = readSummary(response.body, fields);
  if ('problems' in summary) return summary.problems[0];
  if (summary.status === 'stale') return `the values are stale, ${summary.age_seconds} s old`;
  return summary.age_seconds > budget ? `the values are ${summary.age_seconds} s old` : undefined;
}
