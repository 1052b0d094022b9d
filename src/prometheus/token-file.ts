import { readFile, stat } from 'node:fs/promises';
import { GatewayzMetricsError } from '../errors.js';

/** How often, in milliseconds, the file is looked at: a rotated token is valid for longer than this on the other side. */
const lookEvery = 3000;

/**
 * The token in a file that others may rewrite at any time. A change of the file is seen within three seconds; while it is
 * missing or holds no token, the last good one goes on. `settings_invalid` when there never was one.
 *
 * @param now Milliseconds on a clock that never jumps.
 */
export function tokenFile(path: string, now = () => performance.now()): () => Promise<string> {
  let lastLook = Number.NEGATIVE_INFINITY;
  let state: string | undefined;
  let token: string | undefined;
  let looked: Promise<string>;

  const look = async (): Promise<string> => {
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const nextState = `${mtimeMs} ${size} ${ino}`;
      if (token === undefined || state !== nextState) {
        token = parseToken(await readFile(path, 'utf8'));
        state = nextState;
      }
      return token;
    } catch (error) {
      if (token !== undefined) return token;
      const words = `PROMETHEUS_TOKEN_FILE: expected a token in ${path}, but ${reasonOf(error)}`;
      throw new GatewayzMetricsError('settings_invalid', words, { cause: error });
    }
  };

  return () => {
    if (now() - lastLook >= lookEvery) {
      lastLook = now();
      looked = look();
    }
    return looked;
  };
}

/** The content itself stays out of the message: it may be a secret in the wrong form. */
function parseToken(content: string): string {
  const token = content.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error(token === '' ? 'it is empty' : 'it holds more than one word of visible ASCII characters');
  }
  return token;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `it cannot be read (${error.code})` : error.message;
}
