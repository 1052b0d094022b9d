import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { type Clock, systemClock, type Timer } from '../clock.js';
import { GatewayzMetricsError, problemsError } from '../errors.js';
import { parseTokens, type Scope, type TokenEntry } from './tokens-file.js';

/** Milliseconds between two looks at the file. */
const lookEvery = 2_000;

export interface TokenLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * The readers of a tokens file. A file that changed is read again within seconds; one that cannot be read or has a fault
 * changes nothing, and is told of once.
 *
 * @throws GatewayzMetricsError `settings_invalid` if the file is faulty at the start: there is nothing to go on with
 */
export class TokenStore {
  readonly #path: string;
  readonly #log: TokenLog;
  readonly #clock: Clock;
  #entries: readonly TokenEntry[];
  #seen: string;
  #timer: Timer | undefined;

  constructor(path: string, log: TokenLog, clock: Clock = systemClock) {
    this.#path = path;
    this.#log = log;
    this.#clock = clock;
    this.#seen = stampOf(path);
    this.#entries = load(path);
    this.#watch();
  }

  /**
   * The reader whose token this is. Compares digests in constant time, and with every entry, so that neither the token nor
   * its place in the file shows in the time it takes.
   */
  find(token: string): { readonly name: string; readonly scopes: readonly Scope[] } | undefined {
    const digest = digestOf(token);
    let found: TokenEntry | undefined;
    for (const entry of this.#entries) {
      if (timingSafeEqual(entry.digest, digest)) found = entry;
    }
    return found;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #watch(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#look();
      this.#watch();
    }, lookEvery);
  }

  #look(): void {
    const stamp = stampOf(this.#path);
    if (stamp === this.#seen) return;
    this.#seen = stamp;
    try {
      this.#entries = load(this.#path);
      this.#log.info({ tokens: this.#entries.length }, 'METRICS_TOKENS_FILE: read again');
    } catch (error) {
      const reason = error instanceof GatewayzMetricsError ? error.message : 'it cannot be read';
      this.#log.error({ reason }, 'METRICS_TOKENS_FILE: the new file cannot be used; the tokens from before stay');
    }
  }
}

export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function load(path: string): readonly TokenEntry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new GatewayzMetricsError('settings_invalid', `METRICS_TOKENS_FILE: ${path} cannot be read`, { cause });
  }
  const { entries, faults } = parseTokens(text);
  if (faults.length > 0)
    throw problemsError('settings_invalid', `METRICS_TOKENS_FILE: ${path} cannot be used:`, faults);
  return entries;
}

/** Changes when the file does, also when a link to it is changed to another file. */
function stampOf(path: string): string {
  try {
    // Rotated tokens leave the size as it was, and a copy may keep the time of modification.
    const { mtimeMs, ctimeMs, size, ino, dev } = statSync(path);
    return `${mtimeMs} ${ctimeMs} ${size} ${ino} ${dev}`;
  } catch {
    return 'absent';
  }
}
