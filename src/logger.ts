import { hostname } from 'node:os';
import { LineWriter } from './logging/line-writer.js';
import { openOutput } from './logging/open-output.js';

const levels = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

export type LogLevel = keyof typeof levels;

/** Logs fields and a message, or a message alone. */
export interface LogMethod {
  (fields: object, message?: string): void;
  (message: string): void;
}

export type ServiceLogger = Readonly<Record<LogLevel | 'silent', LogMethod>> & {
  readonly level: string;
  readonly msgPrefix: string | undefined;
  child(bindings: object): ServiceLogger;
  /** Log lines dropped so far because standard output was stuck or full. */
  readonly lost: number;
  /** Writes what is buffered, within a second. */
  close(): Promise<void>;
};

export interface LoggerOptions {
  readonly logLevel: string;
  readonly lokiUrl: string | undefined;
}

/** Milliseconds that `close` waits for the output. */
const closeLimit = 1_000;

/** Characters of one text in a log line: texts from outside have no bound of their own. */
const maxText = 8_000;

/** Creates a logger that writes JSON lines to standard output, and to Loki with `lokiUrl`. It never blocks. */
export async function createLogger({ logLevel, lokiUrl }: LoggerOptions): Promise<ServiceLogger> {
  const warn = openOutput(2);
  const writer = new LineWriter(openOutput(1), {
    onLost: (reason) => warn.write(`gatewayz-metrics: standard output ${reason}; log lines are dropped\n`, () => {}),
    onRecovered: (count) => log({}, levels.warn, [{ lines: count }, 'log lines were lost']),
  });
  const loki = lokiUrl === undefined ? undefined : (await import('./logging/loki-output.js')).openLoki(lokiUrl);
  const least = levels[logLevel as LogLevel] ?? Number.POSITIVE_INFINITY;
  const base = { pid: process.pid, hostname: hostname(), name: 'gatewayz-metrics' };

  function log(bindings: object, level: number, [first, second]: readonly unknown[]): void {
    if (level < least) return;
    const [fields, msg] = typeof first === 'object' && first !== null ? [first, second] : [{}, first];
    const line = toLine({ level, time: Date.now(), ...base, ...bindings, ...fields, msg });
    writer.write(line);
    loki?.write(line);
  }

  function withBindings(bindings: object): ServiceLogger {
    const method =
      (level: number): LogMethod =>
      (...args: readonly unknown[]) =>
        log(bindings, level, args);
    const entries = Object.entries(levels).map(([name, level]) => [name, method(level)] as const);
    return {
      ...(Object.fromEntries(entries) as Record<LogLevel, LogMethod>),
      silent: () => {},
      level: logLevel,
      msgPrefix: undefined,
      child: (more) => withBindings({ ...bindings, ...more }),
      get lost() {
        return writer.lost;
      },
      close: () => writer.close(closeLimit),
    };
  }

  return withBindings({});
}

/** One JSON line. A value that cannot be serialized is left out, never thrown. */
function toLine(record: object): string {
  try {
    return `${JSON.stringify(record, serialize)}\n`;
  } catch {
    const { level, time, msg } = record as { level?: unknown; time?: unknown; msg?: unknown };
    return `${JSON.stringify({ level, time, msg: String(msg), unserializable: true }, serialize)}\n`;
  }
}

function serialize(_key: string, value: unknown): unknown {
  if (typeof value === 'string' && value.length > maxText) return `${value.slice(0, maxText)}…`;
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const { name: type, message, stack, cause, ...more } = value as Error & Record<string, unknown>;
  return { type, message, stack, ...(cause !== undefined && { cause }), ...more };
}
