import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../dist/tools/demo/gateway/random.js';
import { breakThings } from './break-things.mjs';
import { judgeGrowth } from './judge-growth.mjs';
import { sendLoad } from './send-load.mjs';
import { startService } from './start-service.mjs';
import { startWorld } from './start-world.mjs';
import { Tally } from './tally.mjs';
import { openTokens } from './tokens.mjs';

/** Share of the run in which caches fill and code is compiled; measurements there say nothing about leaks. */
const warmUp = 0.25;
/** Milliseconds after the last fault until values must be fresh and descriptors closed. */
const recoveryLimit = 60_000;
/** Upper limit where an expensive refresh has lengthened the interval; responses say when the next one is due. */
const longestRecoveryLimit = 300_000;
/** Idle upstream connections allowed: 4 for refreshes, 20 for the data source, 4 for the poller. */
const idleConnections = 28;

/** @returns measurements, and `failures`: one sentence for each broken promise */
export async function runSoak({ seconds, rate, seed, load }, interrupted) {
  const tally = new Tally();
  const ends = [];
  try {
    const tokens = await openTokens();
    ends.push(() => tokens.remove());
    const world = await startWorld(seed);
    ends.push(() => world.close());
    const service = await startService({ world, tokens, load });
    ends.push(() => service.destroy());
    tokens.follow(service);

    const soak = { world, service, tokens, tally, random: createRandom(seed) };
    await freshAgain(soak, 'at the start');
    const before = await service.measure();
    const samples = await underLoad(soak, { seconds, rate, seed, interrupted });
    await freshAgain(soak, 'after the last fault');
    const after = await returned(service, before);
    const code = await service.close();
    const used = samples.slice(Math.floor(samples.length * warmUp));
    return { seed, before, after, samples: used, tally, ...judge({ before, after, used, tally, service, code }) };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** Runs load, faults and measurements concurrently; resolves to the measurements. */
async function underLoad(soak, { seconds, rate, seed, interrupted }) {
  const end = new AbortController();
  const over = end.signal;
  const stop = () => end.abort();
  const timer = setTimeout(stop, seconds * 1000);
  for (const signal of [interrupted, soak.service.ended]) signal.addEventListener('abort', stop);
  const samples = [];
  const measuring = (async () => {
    const every = Math.min(5_000, (seconds * 1000) / 12);
    while (!over.aborted) {
      await delay(every, undefined, { signal: over }).catch(() => {});
      const sample = over.aborted ? undefined : await soak.service.measure();
      // While the worker thread restarts, measurements are incomplete.
      if (sample?.whole) samples.push(sample);
    }
  })();
  await Promise.all([
    sendLoad({ ...soak, random: createRandom(seed + 1) }, { rate, over }),
    breakThings({ ...soak, random: createRandom(seed) }, over),
    measuring,
  ]);
  clearTimeout(timer);
  return samples;
}

async function freshAgain({ service, tokens, tally }, when) {
  const fetchSummary = () => fetch(`${service.url}/prometheus/metrics/summary`, { headers: tokens.header('ops') });
  const startedAt = performance.now();
  let deadline = startedAt + recoveryLimit;
  let last = 'nothing';
  while (performance.now() < Math.min(deadline, startedAt + longestRecoveryLimit)) {
    const answer = await fetchSummary().catch((error) => Response.json({}, { statusText: error.message, status: 599 }));
    const { status, missing, stale } = await answer.json();
    if (status === 'ok' && Object.keys(missing).length === 0) return;
    last = `${answer.status} ${answer.statusText} ${status}, missing ${JSON.stringify(missing)}, stale ${JSON.stringify(stale)}`;
    const due = dueIn(answer.headers);
    if (due > 0) deadline = Math.max(deadline, performance.now() + due * 1000 + recoveryLimit / 4);
    await delay(200);
  }
  const waited = Math.round((performance.now() - startedAt) / 1000);
  tally.fail(`values were not fresh again ${when}`, `after ${waited} s the summary was ${last}`);
}

/** Seconds until the next refresh, from Cache-Control; 0 without max-age. */
function dueIn(headers) {
  const until = /max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1];
  return until === undefined ? 0 : Number(until) - Number(headers.get('age'));
}

/** Measures once descriptors are closed, or at the limit. */
async function returned(service, before) {
  const deadline = performance.now() + recoveryLimit;
  for (;;) {
    const now = await service.measure();
    if (!now || now.descriptors <= before.descriptors + idleConnections || performance.now() > deadline) return now;
    await delay(500);
  }
}

function judge({ before, after, used, tally, service, code }) {
  const heap = judgeGrowth(used.map(({ at, heap }) => ({ x: at, y: heap })));
  const failures = tally.failures();
  if (!heap.flat) failures.push(`the heap grows: ${heap.summary}`);
  if (!after) failures.push('the service exited early');
  else if (after.descriptors > before.descriptors + idleConnections)
    failures.push(`${after.descriptors} descriptors are open at the end, ${before.descriptors} were at the start`);
  if (code !== 0) failures.push(`the service ended with ${code} on SIGTERM, not with 0`);
  return { heap, failures: [...failures, ...service.badLines()] };
}
