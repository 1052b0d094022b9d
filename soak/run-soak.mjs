import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../dist/demo/random.js';
import { breakThings } from './break-things.mjs';
import { judgeGrowth } from './judge-growth.mjs';
import { sendLoad } from './send-load.mjs';
import { startService } from './start-service.mjs';
import { startWorld } from './start-world.mjs';
import { Tally } from './tally.mjs';
import { openTokens } from './tokens.mjs';

/** Share of the time in which caches fill and code is compiled: what is measured there tells nothing of leaks. */
const warmUp = 0.25;
/** Milliseconds that numbers, and descriptors, have to be as they were, once nothing is broken any more. */
const patience = 60_000;
/** The same, at most, where a costly refresh has made the interval longer: answers tell when the next is due. */
const longestPatience = 300_000;
/** Connections to the upstreams that may be kept idle: four for refreshes, twenty for the datasource, four of the poller. */
const keptConnections = 28;

/** @returns what was seen, with `failures`: a sentence each, none if all was as promised */
export async function runSoak({ seconds, rate, seed, load }, interrupted) {
  const tally = new Tally();
  const ends = [];
  try {
    const tokens = await openTokens();
    ends.push(() => tokens.remove());
    const world = await startWorld(seed);
    ends.push(() => world.stop());
    const service = await startService({ world, tokens, load });
    ends.push(() => service.kill());
    tokens.follow(service);

    const soak = { world, service, tokens, tally, random: createRandom(seed) };
    await freshAgain(soak, 'at the start');
    const before = await service.measure();
    const samples = await underLoad(soak, { seconds, rate, seed, interrupted });
    await freshAgain(soak, 'after the last fault');
    const after = await returned(service, before);
    const code = await service.stop();
    const used = samples.slice(Math.floor(samples.length * warmUp));
    return { seed, before, after, samples: used, tally, ...judge({ before, after, used, tally, service, code }) };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** Load, faults and measurements at once; resolves to the measurements when all have ended. */
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
      // While the thread is being started again there is less of everything.
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
  const asked = () => fetch(`${service.url}/prometheus/metrics/summary`, { headers: tokens.header('ops') });
  const startedAt = performance.now();
  let deadline = startedAt + patience;
  let last = 'nothing';
  while (performance.now() < Math.min(deadline, startedAt + longestPatience)) {
    const answer = await asked().catch((error) => Response.json({}, { statusText: error.message, status: 599 }));
    const { status, missing, stale } = await answer.json();
    if (status === 'ok' && Object.keys(missing).length === 0) return;
    last = `${answer.status} ${answer.statusText} ${status}, missing ${JSON.stringify(missing)}, stale ${JSON.stringify(stale)}`;
    const due = dueIn(answer.headers);
    if (due > 0) deadline = Math.max(deadline, performance.now() + due * 1000 + patience / 4);
    await delay(200);
  }
  const waited = Math.round((performance.now() - startedAt) / 1000);
  tally.fail(`numbers were not fresh again ${when}`, `after ${waited} s the summary was ${last}`);
}

/** Seconds to the next refresh, as an answer tells; 0 where it tells none. */
function dueIn(headers) {
  const until = /max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1];
  return until === undefined ? 0 : Number(until) - Number(headers.get('age'));
}

/** What is measured once descriptors are back, or in the end. */
async function returned(service, before) {
  const deadline = performance.now() + patience;
  for (;;) {
    const now = await service.measure();
    if (!now || now.descriptors <= before.descriptors + keptConnections || performance.now() > deadline) return now;
    await delay(500);
  }
}

function judge({ before, after, used, tally, service, code }) {
  const heap = judgeGrowth(used.map(({ at, heap }) => ({ x: at, y: heap })));
  const failures = tally.failures();
  if (!heap.flat) failures.push(`the heap grows: ${heap.told}`);
  if (!after) failures.push('the service ended before its time');
  else if (after.descriptors > before.descriptors + keptConnections)
    failures.push(`${after.descriptors} descriptors are open in the end, ${before.descriptors} were at the start`);
  if (code !== 0) failures.push(`the service ended with ${code} on SIGTERM, not with 0`);
  return { heap, failures: [...failures, ...service.badLines()] };
}
