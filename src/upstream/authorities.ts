import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { GatewayzMetricsError } from '../errors.js';

/**
 * The certificates in `PROMETHEUS_CA_FILE`; `settings_invalid` where they cannot be used. TLS takes any text for a list of
 * authorities and then trusts nobody, hence the check.
 */
export function authorities(file: string): string {
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
