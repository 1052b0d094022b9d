import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, vi } from 'vitest';
import { type StartOptions, startPrometheus } from '../../../../src/tools/demo/prometheus/run-prometheus.js';
import { fakeProgram } from '../../../support/fake-program.js';
import { freePort } from '../../../support/free-port.js';
import { withTempFolder } from '../../../support/temp-folder.js';
import { until } from '../../../support/until.js';

const configText = 'scrape_configs: []\n';

function start(dataDir: string, options: Partial<StartOptions> = {}) {
  return startPrometheus({ binary: inject('prometheus').prometheus, dataDir, configText, ...options });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('startPrometheus', () => {
  it('resolves when Prometheus answers queries, and stop waits until it is gone but keeps its data', async () => {
    await withTempFolder(async (folder) => {
      const dataDir = join(folder, 'data');
      const lines: string[] = [];
      const prometheus = await start(dataDir, { log: (line) => lines.push(line) });
      expect(prometheus.url).toBe(`http://127.0.0.1:${prometheus.port}`);
      const answer = await fetch(`${prometheus.url}/api/v1/query?query=42`);
      expect(await answer.json()).toMatchObject({ data: { resultType: 'scalar', result: [expect.any(Number), '42'] } });
      expect(isAlive(prometheus.pid)).toBe(true);
      await Promise.all([prometheus.close(), prometheus.close()]);
      await prometheus.close();
      expect(isAlive(prometheus.pid)).toBe(false);
      expect(await readdir(dataDir)).toEqual(expect.arrayContaining(['prometheus.yml', 'wal']));
      expect(lines.join('\n')).toContain('Server is ready to receive web requests');
      expect(lines.join('\n')).toContain('SIGTERM');
    });
  });

  it('listens on 127.0.0.1 only, on the port that was asked for', async () => {
    await withTempFolder(async (dataDir) => {
      const port = await freePort();
      const prometheus = await start(dataDir, { port });
      try {
        expect(prometheus.port).toBe(port);
        const others = Object.values(networkInterfaces())
          .flatMap((addresses) => addresses ?? [])
          .filter(({ family, internal }) => family === 'IPv4' && !internal);
        for (const { address } of others) {
          await expect(fetch(`http://${address}:${port}/-/ready`)).rejects.toThrow('fetch failed');
        }
      } finally {
        await prometheus.close();
      }
    });
  });

  it('tells what Prometheus last said when it ends by itself', async () => {
    await withTempFolder(async (dataDir) => {
      const started = start(dataDir, { configText: 'scrape_configs: nonsense\n' });
      await expect(started).rejects.toMatchObject({ code: 'tool_unavailable' });
      await expect(started).rejects.toThrow(
        /did not start: exited with code \d; last log lines:\n[\s\S]*cannot unmarshal/,
      );
    });
  });

  it('names a program that is not there', async () => {
    await withTempFolder(async (dataDir) => {
      const binary = join(dataDir, 'no-such-program');
      await expect(start(dataDir, { binary })).rejects.toThrow(`Prometheus (${binary}) did not start: spawn`);
    });
  });

  it('refuses a port on which something else answers', async () => {
    await withTempFolder(async (dataDir) => {
      const other = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      await expect(start(dataDir, { port })).rejects.toThrow(`127.0.0.1:${port} is in use`);
      other.close();
    });
  });

  it('tries another port when somebody takes the free one in between', async () => {
    await withTempFolder(async (dataDir) => {
      const { prometheus } = inject('prometheus');
      const once = `[ -f ${dataDir}/tried ] && exec ${prometheus} "$@"
        touch ${dataDir}/tried; echo "listen tcp: bind: address already in use" >&2; exit 1`;
      const running = await start(dataDir, { binary: await fakeProgram(dataDir, 'fake', once) });
      await running.close();
    });
  });

  it('kills a Prometheus that does not heed SIGTERM', async () => {
    await withTempFolder(async (dataDir) => {
      // Ready like the real one, but deaf; it tells its port by the flag it got.
      const deaf = `exec node -e '
        process.on("SIGTERM", () => console.log("deaf"));
        const port = process.argv.find((word) => word.startsWith("--web.listen-address")).split(":").at(-1);
        require("node:http").createServer((_, response) => response.end()).listen(Number(port), "127.0.0.1");
      ' -- "$@"`;
      const lines: string[] = [];
      const binary = await fakeProgram(dataDir, 'deaf', deaf);
      const running = await start(dataDir, { binary, log: (line) => lines.push(line) });
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const stopped = running.close();
        await until(() => lines.includes('deaf'), { what: 'SIGTERM has arrived' });
        expect(isAlive(running.pid)).toBe(true);
        vi.advanceTimersByTime(10_000);
        await stopped;
      } finally {
        vi.useRealTimers();
      }
      expect(isAlive(running.pid)).toBe(false);
    });
  });
});
