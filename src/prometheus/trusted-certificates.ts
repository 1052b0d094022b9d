import { GatewayzMetricsError } from '../errors.js';
import { readCertificates } from '../settings/read-certificates.js';

/** The certificates in `PROMETHEUS_CA_FILE`; `settings_invalid` where they cannot be used. */
export function readTrustedCertificates(file: string): string {
  try {
    return readCertificates(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const words = `PROMETHEUS_CA_FILE: expected PEM certificates in ${file}: ${why}`;
    throw new GatewayzMetricsError('settings_invalid', words, { cause: error });
  }
}
