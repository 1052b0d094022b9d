/** All error codes, each with its HTTP status and its meaning. The documentation prints the meanings. */
export const errorCodes = {
  settings_invalid: { status: 500, meaning: 'A setting has an invalid value.' },
  catalogue_invalid: { status: 500, meaning: 'A catalogue row does not parse, or conflicts with another row.' },
  upstream_unreachable: { status: 503, meaning: 'The connection to Prometheus failed.' },
  upstream_timeout: { status: 503, meaning: 'Prometheus did not respond within PROMETHEUS_TIMEOUT.' },
  upstream_unauthorized: { status: 503, meaning: 'Prometheus rejected the credentials (401 or 403).' },
  upstream_redirected: { status: 503, meaning: 'Prometheus responded with a redirect; redirects are not followed.' },
  upstream_overloaded: { status: 503, meaning: 'Prometheus is overloaded or starting (429 or 503).' },
  upstream_rejected: { status: 503, meaning: 'Prometheus rejected the query.' },
  upstream_invalid: { status: 503, meaning: 'The response is not a valid Prometheus API response.' },
  upstream_too_large: { status: 503, meaning: 'A response exceeded PROMETHEUS_MAX_BODY.' },
  health_service_unavailable: { status: 503, meaning: 'No Health Service endpoint returned a valid response.' },
  unavailable: { status: 503, meaning: 'No value is recent enough to show.' },
  unauthorized: { status: 401, meaning: 'The bearer token is missing or unknown.' },
  forbidden: { status: 403, meaning: 'The token does not grant access to this resource.' },
  rate_limited: {
    status: 429,
    meaning: 'Too many requests or failed attempts. Retry after the number of seconds in `Retry-After`.',
  },
  bad_request: { status: 400, meaning: 'The request is not valid HTTP.' },
  not_found: { status: 404, meaning: 'The path does not exist.' },
  method_not_allowed: { status: 405, meaning: 'The path does not support this method.' },
  tool_unavailable: { status: 500, meaning: 'A required program could not be found, downloaded or started.' },
  migration_refused: {
    status: 409,
    meaning: 'migrate refused the change: verification is missing, or a file was edited since it was planned.',
  },
  internal: { status: 500, meaning: 'A bug in gatewayz-metrics. The log has the details.' },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** Codes in HTTP responses. The others appear in logs, exceptions and CLI output. */
export const responseCodes: readonly ErrorCode[] = [
  'unavailable',
  'bad_request',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'not_found',
  'method_not_allowed',
  'internal',
];

/** Base class of every error this package throws. `message` names the thing, the expected and the actual value, and holds no secret. */
export class GatewayzMetricsError extends Error {
  readonly code: ErrorCode;
  /** Value of the upstream's Retry-After header in seconds, if it sent one. */
  readonly retryAfter?: number;
  /** Response time in seconds, when the error comes from an upstream response. */
  responseSeconds?: number;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'GatewayzMetricsError';
    this.code = code;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}

/** An error that lists several problems, one line each. */
export function problemsError(code: ErrorCode, title: string, problems: readonly string[]): GatewayzMetricsError {
  return new GatewayzMetricsError(
    code,
    `${title}\n${problems.map((problem) => `  - ${problem.replaceAll('\n', '\n    ')}`).join('\n')}`,
  );
}
