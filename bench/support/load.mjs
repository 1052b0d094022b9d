import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Sends requests as fast as they are answered, with wrk (Debian's package `wrk`; `WRK_BIN` names another binary). wrk uses one thread, so
 * that the server under test has a processor of its own on a machine with two.
 *
 * @param {{ url: string, headers?: Readonly<Record<string, string>>, connections: number, seconds: number }} load
 * @returns {Promise<number>} requests per second
 * @throws {Error} where wrk is missing, or any response was not 2xx or 3xx
 */
export async function requestsPerSecond(load) {
  const { requests, seconds } = await sendLoad(load);
  return requests / seconds;
}

/** Like `requestsPerSecond`. @returns {Promise<{ requests: number, seconds: number }>} */
export async function sendLoad({ url, headers = {}, connections, seconds }) {
  const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, ...given, url];
  const { stdout } = await run(process.env.WRK_BIN ?? 'wrk', args).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error('wrk was not found. Install it (Debian: apt-get install wrk), or set WRK_BIN to its path.');
  });
  const problems = /^\s*(Socket errors|Non-2xx or 3xx responses): .*$/m.exec(stdout)?.[0];
  if (problems !== undefined) throw new Error(`${url}: ${problems.trim()}`);
  const [, requests, amount, unit] = /(\d+) requests in ([\d.]+)(ms|s|m),/.exec(stdout) ?? [];
  if (requests === undefined) throw new Error(`unexpected output of wrk: ${stdout}`);
  return { requests: Number(requests), seconds: Number(amount) * { ms: 0.001, s: 1, m: 60 }[unit] };
}
