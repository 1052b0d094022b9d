import { type ErrorCode, GatewayzMetricsError } from '../errors.js';

type Explanation = readonly [ErrorCode, string];

const untrusted: Explanation = [
  'upstream_unreachable',
  'its certificate is not from an authority we trust: set PROMETHEUS_CA_FILE',
];
const noTls: Explanation = [
  'upstream_unreachable',
  'no TLS connection could be made: should PROMETHEUS_URL be http://?',
];
const noRoute: Explanation = ['upstream_unreachable', 'there is no way to that address'];
const brokenOff: Explanation = ['upstream_unreachable', 'the connection was closed before the answer was complete'];
const noAnswer: Explanation = [
  'upstream_unreachable',
  'the connection attempt was not answered: does a firewall drop it?',
];

/** By the code of the system, TLS, the HTTP parser or our client. */
const explanations: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: ['upstream_unreachable', 'nothing listens there: is it running, is PROMETHEUS_URL right?'],
  ENOTFOUND: ['upstream_unreachable', 'no such host: is PROMETHEUS_URL right?'],
  EAI_AGAIN: ['upstream_unreachable', 'the name server did not answer'],
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  EADDRNOTAVAIL: noRoute,
  ETIMEDOUT: noAnswer,
  CONNECT_TIMEOUT: noAnswer,
  ECONNRESET: brokenOff,
  EPIPE: brokenOff,
  ERR_STREAM_PREMATURE_CLOSE: brokenOff,
  HPE_INVALID_EOF_STATE: brokenOff,
  BODY_TOO_LONG: ['upstream_too_large', 'its answer is longer than PROMETHEUS_MAX_BODY'],
  HPE_HEADER_OVERFLOW: ['upstream_invalid', 'the headers of its answer are too long'],
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_HAS_EXPIRED: ['upstream_unreachable', 'its certificate has expired'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['upstream_unreachable', 'its certificate is for another host name'],
  EPROTO: noTls,
};

const families: readonly (readonly [prefix: string, Explanation])[] = [
  ['HPE', ['upstream_invalid', 'its answer is not HTTP: is it https://, or the wrong port?']],
  ['Z_', ['upstream_invalid', 'its answer says that it is gzip, but is not']],
  ['ERR_SSL_', noTls],
  ['ERR_TLS_', noTls],
  ['CERT_', ['upstream_unreachable', 'its certificate cannot be used']],
];

const closedUnderUs = new Set(['ECONNRESET', 'EPIPE']);

/** Whether a request that has no answer yet failed because its connection was closed, as happens to idle ones at any time. */
export function isClosedConnection(error: unknown): boolean {
  return closedUnderUs.has(codeOf(error) ?? '');
}

/** What went wrong between us and `source`, in words for an operator, with the code of the system. */
export function transportError(error: unknown, source: string): GatewayzMetricsError {
  if (error instanceof GatewayzMetricsError) return error;
  const code = codeOf(error);
  const known =
    code === undefined ? undefined : (explanations[code] ?? families.find(([p]) => code.startsWith(p))?.[1]);
  if (code === undefined || (known === undefined && /^ERR_(?:INVALID|HTTP|UNESCAPED)_/.test(code))) {
    return new GatewayzMetricsError('internal', `a request to ${source} could not be made`, { cause: error });
  }
  const [errorCode, words] = known ?? ['upstream_unreachable', 'the connection failed'];
  // A parser error carries the bytes it failed on, which are not ours to log.
  const options = code.startsWith('HPE') ? {} : { cause: error };
  return new GatewayzMetricsError(errorCode, `${source}: ${words} (${code})`, options);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
