import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inject } from 'vitest';
import { freePort } from './free-port.js';
import { removeFolder, tempFolder } from './temp-folder.js';
import { until } from './until.js';

export interface TestVictoriaMetrics {
  readonly url: string;
  /** Also removes the database. */
  close(): Promise<void>;
}

/**
 * A VictoriaMetrics of its own on 127.0.0.1, holding `series` (OpenMetrics text with timestamps, see `seed`). Only where the
 * system has a package of it: `inject('victoriaMetrics')` says whether.
 */
export async function startVictoriaMetrics(series: string): Promise<TestVictoriaMetrics> {
  const program = inject('victoriaMetrics');
  if (program === undefined) throw new Error('this system has no VictoriaMetrics');
  const folder = await tempFolder();
  const url = `http://127.0.0.1:${await freePort()}`;
  const flags = [`-storageDataPath=${folder}`, `-httpListenAddr=${new URL(url).host}`, '-retentionPeriod=100y'];
  const child = spawn(program, flags, { stdio: 'ignore' });
  const ended = once(child, 'close');
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const stop = async () => {
    // What it holds is thrown away: there is nothing to wait for.
    child.kill('SIGKILL');
    await ended;
    process.off('exit', killAtExit);
    await removeFolder(folder);
  };
  try {
    await until(async () => (await fetch(`${url}/health`)).ok, { what: 'VictoriaMetrics is there', within: 30_000 });
    const body = series.replaceAll(/ (\d+(?:\.\d+)?)$/gm, (_, seconds) => ` ${Number(seconds) * 1000}`);
    const imported = await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body });
    if (!imported.ok) throw new Error(`VictoriaMetrics does not take the series: ${await imported.text()}`);
    await fetch(`${url}/internal/force_flush`);
    return { url, close: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
