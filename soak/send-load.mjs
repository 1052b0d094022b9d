import { Agent, request } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { judgeHeaders } from './promises/headers.mjs';
import { sendRaw } from './raw-requests.mjs';
import { nextRequest } from './requests.mjs';

/** Milliseconds between two checks of how many requests are due. */
const tick = 25;
/** Milliseconds after which a request counts as unanswered: more than any promised wait, on a busy machine. */
const never = 30_000;
/** Share of malformed requests. */
const raw = 0.01;
/** Client addresses: failed logins are limited by address. Only Linux routes all of 127.0.0.0/8. */
const addresses = process.platform === 'linux' ? 50 : 1;

/** Sends requests at a fixed rate, independent of responses, until `over`; resolves when all have ended. */
export async function sendLoad({ service, tokens, tally, random }, { rate, over }) {
  const agents = Array.from(
    { length: addresses },
    (_, index) => new Agent({ keepAlive: true, maxSockets: 64, localAddress: `127.0.0.${index + 1}` }),
  );
  const soak = { service, tokens, random, tags: new Map() };
  const underWay = new Set();
  const startedAt = performance.now();
  const lateness = monitorEventLoopDelay();
  lateness.enable();
  while (!over.aborted) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * rate);
    for (; tally.sent < due; tally.sent += 1) {
      const { fault: broken } = tally;
      const sent = random.chance(raw) ? sendRaw(soak) : sendOne(soak, random.pick(agents));
      const done = sent.then((answer) => count(answer, broken));
      underWay.add(done);
      void done.finally(() => underWay.delete(done));
    }
    await delay(tick, undefined, { signal: over }).catch(() => {});
  }
  await Promise.all(underWay);
  tally.latest = lateness.max / 1e6;
  for (const agent of agents) agent.destroy();

  function count({ kind, status, fault }, broken) {
    tally.count(kind, status);
    if (fault !== undefined)
      tally.fail(`${kind} got a response that breaks a promise`, `${status}: ${fault}, current fault: ${broken}`);
  }
}

async function sendOne(soak, agent) {
  const sent = nextRequest(soak);
  const { kind } = sent;
  const answer = await exchange(soak.service.port, sent, agent);
  if (answer.left) return { kind, status: 'left' };
  if (answer.error) {
    // When the upstream breaks off inside a body, so do we: a truncated body must not look complete.
    const brokeOff = sent.mayBreakOff && answer.status === 200;
    return { kind, status: 'broke off', fault: brokeOff ? undefined : `${sent.path}: ${answer.error.message}` };
  }
  try {
    judgeHeaders(answer, sent);
    sent.judge(answer, sent);
    sent.seen?.(answer);
    return { kind, status: answer.status };
  } catch (error) {
    return { kind, status: answer.status, fault: `${sent.method} ${sent.path}: ${error.message}` };
  }
}

/** Sends one request; resolves to the response, to `error` where it is incomplete, to `left` where the client left. */
function exchange(port, { method, path, headers, body, leaves }, agent) {
  return new Promise((resolve) => {
    let status;
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
      status = response.statusCode;
      if (leaves) return sent.destroy();
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => end({ status, headers: response.headers, body: Buffer.concat(chunks) }));
      response.on('error', (error) => end({ status, error }));
    });
    const end = (result) => {
      clearTimeout(limit);
      resolve(leaves ? { left: true } : result);
    };
    const limit = setTimeout(() => sent.destroy(new Error(`no response within ${never / 1000} s`)), never);
    sent.on('error', (error) => end({ error }));
    sent.on('close', () => end({ status, error: new Error('closed') }));
    sent.end(body);
  });
}
