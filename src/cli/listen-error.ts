import { GatewayzMetricsError } from '../errors.js';

const causes: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use',
  EACCES: 'the system does not allow it',
  EADDRNOTAVAIL: 'this machine has no such address',
  EAFNOSUPPORT: 'this machine has no addresses of that kind',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name server did not answer',
};

/**
 * The error of a `listen` that failed for its address, with the address and the setting that changes it; any other error as
 * it is.
 */
export function listenError(error: unknown, address: string, change: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = causes[code];
  if (cause === undefined) return error;
  return new GatewayzMetricsError(
    'settings_invalid',
    `Cannot listen on ${address}: ${cause}. Change it with ${change}.`,
  );
}
