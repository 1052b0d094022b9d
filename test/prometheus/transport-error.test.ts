import { expect, test } from 'vitest';
import { GatewayzMetricsError } from '../../src/errors.js';
import { isClosedConnection, transportError } from '../../src/prometheus/transport-error.js';

const source = 'Prometheus at http://prometheus:9090';
const withCode = (code: string) => Object.assign(new Error('low level'), { code });

test.each([
  ['ECONNREFUSED', 'upstream_unreachable', 'PROMETHEUS_URL'],
  ['ENOTFOUND', 'upstream_unreachable', 'no such host'],
  ['EAI_AGAIN', 'upstream_unreachable', 'name server'],
  ['EHOSTUNREACH', 'upstream_unreachable', 'no way'],
  ['ETIMEDOUT', 'upstream_unreachable', 'firewall'],
  ['CONNECT_TIMEOUT', 'upstream_unreachable', 'firewall'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'upstream_unreachable', 'closed before the answer was complete'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'upstream_unreachable', 'PROMETHEUS_CA_FILE'],
  ['CERT_HAS_EXPIRED', 'upstream_unreachable', 'expired'],
  ['CERT_NOT_YET_VALID', 'upstream_unreachable', 'certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'upstream_unreachable', 'another host name'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'upstream_unreachable', 'TLS'],
  ['BODY_TOO_LONG', 'upstream_too_large', 'PROMETHEUS_MAX_BODY'],
  ['Z_DATA_ERROR', 'upstream_invalid', 'gzip'],
  ['ESOMETHING', 'upstream_unreachable', 'failed'],
])('%s becomes %s, in words with the source and the code', (code, expected, words) => {
  const cause = withCode(code);
  const error = transportError(cause, source);
  expect(error).toMatchObject({ code: expected, cause, message: expect.stringContaining(words) });
  expect(error.message).toMatch(new RegExp(`^${source}: .* \\(${code}\\)$`));
});

test('of an error of the HTTP parser the bytes it failed on are not kept', () => {
  for (const [code, words] of [
    ['HPE_HEADER_OVERFLOW', 'headers'],
    ['HPE_INVALID_CONSTANT', 'not HTTP'],
  ] as const) {
    const error = transportError(withCode(code), source);
    expect(error).toMatchObject({
      code: 'upstream_invalid',
      message: expect.stringContaining(words),
    });
    expect(error.cause).toBeUndefined();
  }
});

test('an error of ours stays as it is', () => {
  const error = new GatewayzMetricsError('settings_invalid', 'no token');
  expect(transportError(error, source)).toBe(error);
});

test.each([
  new TypeError('not a function'),
  Object.assign(new TypeError('invalid authorization header'), { code: 'ERR_INVALID_CHAR' }),
  'text',
  undefined,
])('%s is a defect, with the cause kept for the log', (cause) => {
  expect(transportError(cause, source)).toMatchObject({ code: 'internal', cause });
});

test('only closed connections are worth a second attempt', () => {
  expect(['ECONNRESET', 'EPIPE'].map(withCode).map(isClosedConnection)).toEqual([true, true]);
  const others = [...['ECONNREFUSED', 'ENOTFOUND', 'CONNECT_TIMEOUT'].map(withCode), null];
  expect(others.map(isClosedConnection)).toEqual([false, false, false, false]);
});
