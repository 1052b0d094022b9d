import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Vector } from '../../src/model.js';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { type RunningPrometheus, startPrometheus } from '../../src/tools/demo/prometheus/run-prometheus.js';
import { removeFolder, tempFolder } from './temp-folder.js';

export interface TestPrometheusOptions {
  /**
   * OpenMetrics text with timestamps (see `seed`) that the database holds from the start. Where the last of them is
   * later than now, nothing that is scraped is kept.
   */
  readonly series?: string;
  /**
   * What is scraped: `host:port` of targets, at `/metrics`, job `test`; or the YAML of a `scrape_configs` list. The first
   * scrape comes some five seconds after the start: Prometheus looks for targets no more often.
   */
  readonly scrape?: readonly string[] | string;
  /** Prometheus duration, also between two rule evaluations; default `1s`. */
  readonly scrapeInterval?: string;
  /** A rule file's text. */
  readonly rules?: string;
  /** Further flags of the prometheus program. */
  readonly flags?: readonly string[];
}

export interface TestPrometheus extends RunningPrometheus {
  /** `data` of `/api/v1/query`. `time` is epoch milliseconds, by default now. Rejects with the message of an error answer. */
  query(expr: string, time?: number): Promise<QueryData>;
  /** The same, of an expression that gives an instant vector. Labels are without `__name__`. */
  vector(expr: string, time?: number): Promise<Vector>;
  /** Also removes the database. */
  close(): Promise<void>;
}

export interface QueryData {
  readonly resultType: 'vector' | 'matrix' | 'scalar' | 'string';
  readonly result: unknown;
}

/** A Prometheus of its own on 127.0.0.1, in a folder that goes with it. Samples of any age are kept. */
export async function startTestPrometheus(options: TestPrometheusOptions = {}): Promise<TestPrometheus> {
  const { prometheus: binary, promtool } = inject('prometheus');
  const dataDir = await tempFolder();
  try {
    if (options.series !== undefined) await backfill(promtool, options.series, dataDir);
    if (options.rules !== undefined) await writeFile(join(dataDir, 'rules.yml'), options.rules);
    const extraArgs = ['--storage.tsdb.retention.time=100y', ...(options.flags ?? [])];
    const running = await startPrometheus({ binary, dataDir, configText: config(options), extraArgs });
    const query = (expr: string, time?: number) => ask(running.url, expr, time);
    return {
      ...running,
      query,
      vector: async (expr, time) => toVector(expr, await query(expr, time)),
      close: async () => {
        await running.close();
        await removeFolder(dataDir);
      },
    };
  } catch (error) {
    await removeFolder(dataDir);
    throw error;
  }
}

async function backfill(promtool: string, series: string, dataDir: string): Promise<void> {
  const input = join(dataDir, 'backfill.txt');
  await writeFile(input, series);
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', input, dataDir];
  const { code, output } = await runCommand(promtool, args);
  if (code !== 0) throw new Error(`promtool cannot make blocks of these series: ${output}`);
}

function config({ scrape = [], scrapeInterval = '1s', rules }: TestPrometheusOptions): string {
  const jobs: unknown =
    typeof scrape === 'string' ? parse(scrape) : [{ job_name: 'test', static_configs: [{ targets: scrape }] }];
  return stringify({
    global: { scrape_interval: scrapeInterval, evaluation_interval: scrapeInterval },
    rule_files: rules === undefined ? [] : ['rules.yml'],
    scrape_configs: jobs,
  });
}

async function ask(url: string, expr: string, time: number | undefined): Promise<QueryData> {
  const body = new URLSearchParams({ query: expr, ...(time === undefined ? {} : { time: String(time / 1000) }) });
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
  const answer = (await response.json()) as { status: string; data: QueryData; error?: string };
  if (answer.status !== 'success') throw new Error(`Prometheus refuses ${expr}: ${answer.error}`);
  return answer.data;
}

function toVector(expr: string, { resultType, result }: QueryData): Vector {
  if (resultType !== 'vector') throw new Error(`${expr} gives a ${resultType}, not a vector`);
  const elements = result as { metric: Record<string, string>; value: [number, string] }[];
  return elements.map(({ metric: { __name__, ...labels }, value: [, value] }) => ({ labels, value }));
}
