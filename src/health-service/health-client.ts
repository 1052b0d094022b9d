import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Dispatcher, Pool } from 'undici';
import { type HealthEndpoint, healthEndpoints } from '../catalogue/health.js';
import type { Clock } from '../clock.js';
import { failedAnswer, type HealthAnswer, readHealthAnswer } from './health-answer.js';
import type { HealthSettings } from './health-settings.js';

export interface HealthClient {
  /** Never rejects: what goes wrong is the answer's `fault`. Bounded by HEALTH_TIMEOUT and `signal`. */
  ask(endpoint: HealthEndpoint, signal: AbortSignal): Promise<HealthAnswer>;
  /** Breaks what is still under way. */
  close(): Promise<void>;
}

/** Bytes of a body, as sent and as decompressed. */
const maxBody = 1024 * 1024;
const inflate = promisify(gunzip);

export function createHealthClient(settings: HealthSettings, clock: Clock): HealthClient {
  const base = new URL(settings.healthServiceUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const timeout = settings.healthTimeout;
  const pool = new Pool(base.origin, {
    connections: healthEndpoints.length,
    connect: { timeout },
    // One limit for the whole fetch is kept below; these would only watch parts of it.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: maxBody,
  });

  return {
    async ask(endpoint, signal) {
      const controller = new AbortController();
      const abort = () => controller.abort();
      let late = false;
      const deadline = clock.setTimeout(() => {
        late = true;
        abort();
      }, timeout);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      try {
        const response = await pool.request({
          method: 'GET',
          path: `${prefix}${endpoint}`,
          headers: { accept: 'application/json', 'accept-encoding': 'identity' },
          signal: controller.signal,
        });
        return await readResponse(endpoint, response);
      } catch (error) {
        return failedAnswer(late ? `no answer within ${timeout / 1000} s` : faultOf(error));
      } finally {
        deadline.cancel();
        signal.removeEventListener('abort', abort);
      }
    },
    close: () => pool.destroy(),
  };
}

async function readResponse(endpoint: HealthEndpoint, response: Dispatcher.ResponseData): Promise<HealthAnswer> {
  const { statusCode, headers, body } = response;
  if (statusCode >= 300 && statusCode < 400) {
    await body.dump();
    return failedAnswer(`HTTP ${statusCode}, a redirect, which is not followed`);
  }
  const bytes = await body.bytes();
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return readHealthAnswer(endpoint, statusCode, decodeText(bytes));
  if (encoding !== 'gzip') return failedAnswer(`HTTP ${statusCode} with a compression that was not asked for`);
  return readHealthAnswer(endpoint, statusCode, decodeText(await inflate(bytes, { maxOutputLength: maxBody })));
}

/** Unlike `toString`, drops a byte order mark. */
function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function faultOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'ERR_BUFFER_TOO_LARGE') {
    return `a body of more than ${maxBody} bytes`;
  }
  return code.startsWith('Z_') ? `a body that is not gzip as it claims (${code})` : `connection failed (${code})`;
}

/** Node's or undici's code; the parser of HTTP does not always give one. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
