import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.js';
import { OriginPool } from '../http-client/origin-pool.js';
import { joinBody, readBody } from '../http-client/read-body.js';
import { type HealthEndpoint, healthEndpoints } from '../presets/gatewayz/health-families.js';
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

export function createHealthClient(settings: HealthSettings, clock: Clock): HealthClient {
  const base = new URL(settings.healthServiceUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const timeout = settings.healthTimeout;
  const pool = new OriginPool(base.origin, { connections: healthEndpoints.length, connectTimeout: timeout });

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

async function readResponse(endpoint: HealthEndpoint, response: IncomingMessage): Promise<HealthAnswer> {
  const { statusCode: status = 0, headers } = response;
  if (status >= 300 && status < 400) {
    response.destroy();
    return failedAnswer(`HTTP ${status}, a redirect, which is not followed`);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    response.destroy();
    return failedAnswer(`HTTP ${status} with a compression that was not asked for`);
  }
  const text = await joinBody(readBody(response, encoding === 'gzip', maxBody));
  return readHealthAnswer(endpoint, status, withoutByteOrderMark(text));
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function faultOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'BODY_TOO_LONG') return `a body of more than ${maxBody} bytes`;
  return code.startsWith('Z_') ? `a body that is not gzip as it claims (${code})` : `connection failed (${code})`;
}

/** The code of the system, TLS, zlib or the HTTP parser. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
