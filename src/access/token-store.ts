import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.js';
import { GatewayzMetricsError, problemsError } from '../errors.js';
import { WatchedFile } from '../watched-file.js';
import { parseTokens, type Scope, type TokenEntry } from './tokens-file.js';

export interface TokenLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Readers of a tokens file. Changes of the file apply within seconds; an invalid file changes nothing and is logged once. */
export class TokenStore {
  readonly #file: WatchedFile<readonly TokenEntry[]>;

  private constructor(file: WatchedFile<readonly TokenEntry[]>) {
    this.#file = file;
  }

  /** @throws {GatewayzMetricsError} settings_invalid if the file cannot be read, or has invalid lines */
  static async open(path: string, log: TokenLog, clock?: Clock): Promise<TokenStore> {
    const file = await WatchedFile.open(path, {
      parse: (text) => parse(text, path),
      onChange: ({ length }) => log.info({ tokens: length }, 'METRICS_TOKENS_FILE: reloaded'),
      onError: (error) => {
        const reason = error instanceof GatewayzMetricsError ? error.message : 'the file cannot be read';
        log.error({ reason }, 'METRICS_TOKENS_FILE: the new file is invalid; the previous tokens stay in force');
      },
      ...(clock && { clock }),
    }).catch((cause: unknown) => {
      if (cause instanceof GatewayzMetricsError) throw cause;
      throw new GatewayzMetricsError('settings_invalid', `METRICS_TOKENS_FILE: ${path} cannot be read`, { cause });
    });
    return new TokenStore(file);
  }

  /**
   * Finds the reader of a token. Compares digests in constant time and with every entry, so that response times reveal neither the token nor
   * its position in the file.
   */
  find(token: string): { readonly name: string; readonly scopes: readonly Scope[] } | undefined {
    const digest = digestOf(token);
    let found: TokenEntry | undefined;
    for (const entry of this.#file.value) {
      if (timingSafeEqual(entry.digest, digest)) found = entry;
    }
    return found;
  }

  /** Checks the file now. */
  reload(): Promise<void> {
    return this.#file.reload();
  }

  close(): void {
    this.#file.close();
  }
}

export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function parse(text: string, path: string): readonly TokenEntry[] {
  const { entries, problems } = parseTokens(text);
  if (problems.length > 0)
    throw problemsError('settings_invalid', `METRICS_TOKENS_FILE: ${path} is invalid:`, problems);
  return entries;
}
