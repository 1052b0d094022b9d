import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.js';
import { GatewayzMetricsError, problemsError } from '../errors.js';
import { WatchedFile } from '../settings/watched-file.js';
import { parseTokens, type Scope, type TokenEntry } from './tokens-file.js';

export interface TokenLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The readers of METRICS_TOKENS_FILE. The file is read again within seconds of a change; an invalid file keeps the old tokens. */
export class TokenStore {
  readonly #file: WatchedFile<readonly TokenEntry[]>;

  private constructor(file: WatchedFile<readonly TokenEntry[]>) {
    this.#file = file;
  }

  /** @throws {GatewayzMetricsError} settings_invalid if the file cannot be read or is invalid at the start */
  static async open(path: string, log: TokenLog, clock?: Clock): Promise<TokenStore> {
    const file = new WatchedFile({
      path,
      parse: (text) => parse(path, text),
      onChange: (entries) => log.info({ tokens: entries.length }, 'METRICS_TOKENS_FILE: reloaded'),
      onError: (error) =>
        log.error(
          { reason: readError(path, error).message },
          'METRICS_TOKENS_FILE: invalid; the old tokens stay valid',
        ),
      ...(clock && { clock }),
    });
    await file.load().catch((error: unknown) => {
      throw readError(path, error);
    });
    file.watch();
    return new TokenStore(file);
  }

  /**
   * The reader with this token. Compares digests in constant time and with every entry, so that timing reveals neither the
   * token nor its place in the file.
   */
  find(token: string): { readonly name: string; readonly scopes: readonly Scope[] } | undefined {
    const digest = digestOf(token);
    let found: TokenEntry | undefined;
    for (const entry of this.#file.value ?? []) {
      if (timingSafeEqual(entry.digest, digest)) found = entry;
    }
    return found;
  }

  /** Checks the file for changes now. Never rejects. */
  reload(): Promise<void> {
    return this.#file.check();
  }

  destroy(): void {
    this.#file.destroy();
  }
}

export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function parse(path: string, text: string): readonly TokenEntry[] {
  const { entries, problems } = parseTokens(text);
  if (problems.length > 0)
    throw problemsError('settings_invalid', `METRICS_TOKENS_FILE: ${path} is invalid:`, problems);
  return entries;
}

function readError(path: string, error: unknown): GatewayzMetricsError {
  if (error instanceof GatewayzMetricsError) return error;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new GatewayzMetricsError('settings_invalid', `METRICS_TOKENS_FILE: ${path} cannot be read${code}`, {
    cause: error,
  });
}
