import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { settings } from './settings.mjs';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const probe = new URL('./probe.mjs', import.meta.url).href;

/** Starts the service as `npm start` does, in a child process. */
export async function startService({ world, tokens, load }) {
  const loads = [probe, ...(load === undefined ? [] : [pathToFileURL(load).href])];
  const child = spawn(process.execPath, [...loads.flatMap((url) => ['--import', url]), main, 'serve'], {
    env: {
      ...settings,
      PROMETHEUS_URL: world.prometheusUrl,
      HEALTH_SERVICE_URL: world.healthServiceUrl,
      METRICS_TOKENS_FILE: tokens.file,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const over = new AbortController();
  const exited = once(child, 'exit').then(([code, signal]) => {
    over.abort();
    return code ?? signal;
  });
  const bad = new Map();
  const listeners = [judgeLine(bad)];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      for (const listener of listeners) listener(line);
    });
  }
  const url = await new Promise((resolve, reject) => {
    listeners.push((line) => {
      const address = /Server listening at (http:\/\/[^"]+)"/.exec(line)?.[1];
      if (address) resolve(address);
    });
    exited.then((code) => reject(new Error(`the service ended with ${code}: ${[...bad.keys()].join('; ')}`)));
  });

  const waiting = new Map();
  let lastId = 0;
  child.on('message', ({ id, result }) => waiting.get(id)?.(result));
  const call = (command) => {
    if (over.signal.aborted) return undefined;
    lastId += 1;
    const result = new Promise((resolve) => waiting.set(lastId, resolve));
    child.send({ id: lastId, command });
    return Promise.race([result, exited.then(() => undefined)]);
  };

  return {
    url,
    port: Number(new URL(url).port),
    /** Aborted when the process exits. */
    ended: over.signal,
    onLine: (listener) => listeners.push(listener),
    /** After a forced garbage collection: heap bytes of all threads, resident bytes, open descriptors. */
    measure: () => call('measure'),
    /** Ends its worker thread, as a crash would. */
    endThreads: () => call('endThreads'),
    badLines: () => [...bad].map(([line, count]) => `the service logged (${count}): ${line}`),
    /** Sends SIGTERM. Resolves to the exit code, or to a sentence when the process does not exit. */
    async close() {
      child.kill('SIGTERM');
      return Promise.race([exited, delay(20_000, 'no exit within 20 s', { ref: false })]);
    },
    async destroy() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Expected error lines; any other line of that level is a failure. */
const expectedErrors = [
  /^worker thread exited, restarting in \d+ ms/,
  /^METRICS_TOKENS_FILE: invalid; the old tokens stay valid/,
];

function judgeLine(bad) {
  const note = (line) => bad.set(line, (bad.get(line) ?? 0) + 1);
  return (line) => {
    if (/gwm_(?!\*\*\*)/.test(line)) return note('a token');
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {
      return note(`a line that is not JSON: ${line.slice(0, 200)}`);
    }
    const known = expectedErrors.some((pattern) => pattern.test(entry.msg));
    if ((entry.level >= 50 && !known) || (entry.msg === 'answered' && entry.level >= 40)) note(line.slice(0, 300));
  };
}
