import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { GatewayzMetricsError } from '../errors.js';
import type { UpstreamSettings } from './upstream-settings.js';

/**
 * Connections to the origin of `PROMETHEUS_URL`, and to nothing else. They are kept for 30 idle seconds and 1000 requests
 * at most: addresses are looked up for each new one, so that a changed DNS record is followed even by one in steady use.
 * Timeouts of answers are the caller's. `settings_invalid` when the CA file cannot be used.
 */
export function upstreamPool(settings: UpstreamSettings): Pool {
  return new Pool(new URL(settings.prometheusUrl).origin, {
    connections: settings.prometheusConnections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 30_000,
    maxRequestsPerClient: 1000,
    // An aborted request leaves its connection attempt running: this ends it before the place is given to another, and
    // tells a host that drops packets from a Prometheus that is slow.
    connectTimeout: settings.prometheusTimeout / 2,
    headersTimeout: 0,
    bodyTimeout: 0,
    // Of the bytes on the wire: compressed ones that expand to nothing are not counted elsewhere.
    maxResponseSize: settings.prometheusMaxBody,
    ...(settings.prometheusCaFile === undefined ? {} : { connect: { ca: authorities(settings.prometheusCaFile) } }),
  });
}

/** TLS takes any text for a list of authorities and then trusts nobody, hence the check. */
function authorities(file: string): string {
  try {
    const pem = readFileSync(file, 'utf8');
    new X509Certificate(pem);
    return pem;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const words = `PROMETHEUS_CA_FILE: expected PEM certificates in ${file}: ${why}`;
    throw new GatewayzMetricsError('settings_invalid', words, { cause: error });
  }
}
