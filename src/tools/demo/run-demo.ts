import { setTimeout } from 'node:timers/promises';
import type { MetricsSnapshot } from '../../metrics.js';
import type { Family } from '../../model.js';
import { isFull, summaryLines } from './screen/plain-lines.js';
import { type ProviderLine, renderScreen, sparklineFields } from './screen/render-screen.js';
import { openTerminalScreen } from './screen/terminal-screen.js';
import type { Stack } from './start-stack.js';

export interface DemoOptions {
  readonly stack: Stack;
  /** Milliseconds from the first full summary to the end; undefined: until the signal. */
  readonly lifetime: number | undefined;
  readonly signal: AbortSignal;
  readonly output: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
}

/** Milliseconds between two looks at the summary. */
const every = { terminal: 1_000, file: 5_000 };
/** Milliseconds within which the summary must be full, if the demo has a lifetime. */
const fullWithin = 60_000;
const maxHistory = 200;

/** Shows live values until the lifetime or the signal ends it. Resolves to an exit code: 1 if the summary never was full. */
export async function runDemo({ stack, lifetime, signal, output, env }: DemoOptions): Promise<number> {
  const show = output.isTTY ? onTerminal(stack, lifetime, output, env) : asLines(stack, lifetime, output);
  const startedAt = Date.now();
  let fullAt: number | undefined;
  let code = 0;
  try {
    while (!signal.aborted) {
      const snapshot = await stack.metrics.snapshot();
      if (fullAt === undefined && isFull(snapshot.summary)) fullAt = Date.now();
      show.snapshot(snapshot, fullAt);
      if (lifetime !== undefined && fullAt !== undefined && Date.now() - fullAt >= lifetime) break;
      if (lifetime !== undefined && fullAt === undefined && Date.now() - startedAt >= fullWithin) {
        code = 1;
        break;
      }
      await setTimeout(output.isTTY ? every.terminal : every.file, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    show.destroy();
  }
  if (fullAt !== undefined)
    output.write(`Every field had a value ${Math.round((fullAt - startedAt) / 1000)} s after the start.\n`);
  if (code === 1) console.error(`The summary was not full within ${fullWithin / 1000} s.`);
  return code;
}

interface Show {
  snapshot(snapshot: MetricsSnapshot, fullAt: number | undefined): void;
  destroy(): void;
}

function footerOf(lifetime: number | undefined): string {
  return lifetime === undefined
    ? 'Ctrl-C stops everything.'
    : `Stops ${lifetime / 1000} s after the first full summary; Ctrl-C stops at once.`;
}

function addressesOf({ urls, metrics }: Stack): readonly (readonly [string, string])[] {
  const { metricsPrefix: prefix } = metrics.settings;
  const below = `${urls.service}${prefix}/metrics`;
  return [
    ['Console', `${urls.service}${prefix}/console/`],
    ['Summary', `${below}/summary`],
    ['Docs', `${below}/docs`],
    ['Prometheus', urls.prometheus],
    ['Gateway', `${urls.gateway}/metrics`],
  ];
}

function asLines({ urls, metrics }: Stack, lifetime: number | undefined, output: NodeJS.WriteStream): Show {
  const { metricsPrefix: prefix } = metrics.settings;
  const below = `${urls.service}${prefix}/metrics`;
  output.write(`
  ${urls.service}${prefix}/console/   the console: open this in a browser

  ${below}/summary   for dashboard widgets
  ${below}/all       every family as text
  ${below}/docs      what each value means
  ${below}           scrape target for Prometheus
  ${urls.prometheus}   Prometheus
  ${urls.gateway}   simulated gateway; ${urls.healthService} simulated Health Service

  ${footerOf(lifetime)}

`);
  let shownFull = false;
  return {
    snapshot({ summary }, fullAt) {
      const lines = summaryLines(summary);
      const complete = isFull(summary) && !shownFull && fullAt !== undefined;
      output.write(complete ? `${lines.join('\n')}\n` : `${lines[0]}\n`);
      shownFull ||= complete;
    },
    destroy: () => {},
  };
}

function onTerminal(
  stack: Stack,
  lifetime: number | undefined,
  output: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
): Show {
  const screen = openTerminalScreen(output, env);
  const fixed = { addresses: addressesOf(stack), footer: footerOf(lifetime) };
  const history = new Map<string, number[]>();
  let timestamp = '';
  const error = { code: 'unavailable', message: 'waiting for the first scrape' } as const;
  const waiting = { timestamp, status: 'unavailable', error } as const;
  screen.draw((size, paint) => renderScreen({ ...fixed, summary: waiting, history, providers: [] }, size, paint));
  return {
    snapshot({ summary, families }) {
      if ('metrics' in summary && summary.timestamp !== timestamp) {
        timestamp = summary.timestamp;
        for (const [section, [field]] of Object.entries(sparklineFields)) {
          const value = Number(summary.metrics[section]?.[field] ?? Number.NaN);
          const values = history.get(`${section}.${field}`) ?? [];
          if (Number.isFinite(value)) history.set(`${section}.${field}`, [...values, value].slice(-maxHistory));
        }
      }
      const state = { ...fixed, summary, history, providers: providersOf(families) };
      screen.draw((size, paint) => renderScreen(state, size, paint));
    },
    destroy: () => screen.destroy(),
  };
}

/** The providers by the families of `/all`; empty if a preset has no such families. */
function providersOf(families: readonly Family[]): readonly ProviderLine[] {
  const valuesOf = (name: string): ReadonlyMap<string, number> => {
    const family = families.find((each) => each.name === name);
    if (family === undefined || family.type === 'histogram' || family.type === 'summary') return new Map();
    return new Map(family.metrics.map(({ labels, value }) => [labels['provider'] ?? '', Number(value)]));
  };
  const [errorRates, seconds, availability] = [
    valuesOf('provider_error_rate'),
    valuesOf('provider_response_time_seconds'),
    valuesOf('provider_availability'),
  ];
  return [...new Set([...errorRates.keys(), ...availability.keys()])].map((name) => ({
    name,
    errorRate: errorRates.get(name),
    responseSeconds: seconds.get(name),
    down: availability.get(name) === 0,
  }));
}
