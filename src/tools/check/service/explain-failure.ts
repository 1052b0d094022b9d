import { formatDuration } from '../../../duration.js';

/** Why a request has no usable response, and what to change. */
export interface RequestFailure {
  readonly cause: string;
  readonly fix: string;
}

const wrongUrl = 'set --url to the address on which the service, or the proxy in front of it, listens';
const running = `start the service, or ${wrongUrl}`;

/** Cause and remedy by error code of the system, TLS, the HTTP parser or our client. */
const explanations: Readonly<Record<string, readonly [cause: string, fix: string]>> = {
  ECONNREFUSED: ['nothing listens there', running],
  ENOTFOUND: ['there is no such host', wrongUrl],
  EAI_AGAIN: ['the DNS server does not respond', 'check the name in --url, and the network'],
  EHOSTUNREACH: ['no route to host', wrongUrl],
  ENETUNREACH: ['no route to host', wrongUrl],
  ETIMEDOUT: ['the connection attempt timed out', `allow it in the firewall, or ${wrongUrl}`],
  CONNECT_TIMEOUT: ['the connection attempt timed out', `allow it in the firewall, or ${wrongUrl}`],
  ECONNRESET: ['the connection was closed before the response was complete', running],
  EPIPE: ['the connection was closed before the response was complete', running],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'renew the certificate'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another host name', wrongUrl],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is not from a trusted CA', 'set NODE_EXTRA_CA_CERTS'],
  SELF_SIGNED_CERT_IN_CHAIN: ['its certificate is not from a trusted CA', 'set NODE_EXTRA_CA_CERTS'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its certificate is not from a trusted CA', 'set NODE_EXTRA_CA_CERTS'],
  EPROTO: ['the TLS handshake failed', 'write --url with http://'],
  HPE: ['its response is not HTTP', 'write --url with https://, or correct its port'],
};

/** Why `base` did not respond within `patience` milliseconds. */
export function explainFailure(error: unknown, base: string, timeout: number): RequestFailure {
  const code = codeOf(error);
  if (code === 'TimeoutError') {
    const cause = `${base} did not respond within ${formatDuration(timeout)}`;
    return { cause, fix: "look at the service's log: it responds within 8s even when Prometheus does not" };
  }
  const known = explanations[code.startsWith('HPE') ? 'HPE' : code.startsWith('ERR_SSL') ? 'EPROTO' : code];
  const [cause, fix] = known ?? ['the request failed', running];
  return { cause: `${base}: ${cause} (${code})`, fix };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name;
}
