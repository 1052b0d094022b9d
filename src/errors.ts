/** Every error code: the HTTP status it is answered with, and what it means (this text is in the documentation). */
export const errorCodes = {
  settings_invalid: { status: 500, meaning: 'A setting has a value that cannot be used.' },
  catalogue_invalid: { status: 500, meaning: 'A row of the catalogue does not parse or collides with another.' },
  upstream_unreachable: { status: 503, meaning: 'No connection to Prometheus could be made, or it broke.' },
  upstream_timeout: { status: 503, meaning: 'Prometheus did not answer within PROMETHEUS_TIMEOUT.' },
  upstream_unauthorized: { status: 503, meaning: 'Prometheus refused the credentials (401 or 403).' },
  upstream_redirected: { status: 503, meaning: 'Prometheus answered with a redirect; redirects are never followed.' },
  upstream_overloaded: { status: 503, meaning: 'Prometheus asked for patience (429, or 503 while it starts).' },
  upstream_rejected: { status: 503, meaning: 'Prometheus answered with an error for this query.' },
  upstream_invalid: { status: 503, meaning: 'The answer is not that of a Prometheus HTTP API.' },
  upstream_too_large: { status: 503, meaning: 'An answer was longer than PROMETHEUS_MAX_BODY.' },
  health_service_unavailable: { status: 503, meaning: 'No endpoint of the Health Service gave a good answer.' },
  unavailable: { status: 503, meaning: 'There is no value that is recent enough to show.' },
  unauthorized: { status: 401, meaning: 'No bearer token, or one that is not known here.' },
  forbidden: { status: 403, meaning: 'The reader is known, but may not read this.' },
  rate_limited: {
    status: 429,
    meaning: 'Too many requests, or failed attempts; `Retry-After` says when to come again.',
  },
  not_found: { status: 404, meaning: 'There is nothing at this path.' },
  method_not_allowed: { status: 405, meaning: 'The path is right, the method is not.' },
  tool_unavailable: { status: 500, meaning: 'A program that is needed could not be found, fetched or started.' },
  migration_refused: { status: 409, meaning: 'migrate lacks a proof, or would overwrite what was edited since.' },
  internal: { status: 500, meaning: 'A defect of this software; the log has the details.' },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** The codes that clients of the endpoints see; the others stand in logs, in exceptions and on the command line. */
export const answeredCodes: readonly ErrorCode[] = [
  'unavailable',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'not_found',
  'method_not_allowed',
  'internal',
];

/** The base of every error this package throws. `message` names the thing, what was expected and what came, and no secret. */
export class GatewayzMetricsError extends Error {
  readonly code: ErrorCode;
  /** Seconds that the other side asked us to wait, where it did. */
  readonly retryAfter?: number;
  /** Seconds that the other side took to answer so, where this is what an answer of it means. */
  seconds?: number;

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

/** Faults found together, told together: one line each. */
export function faultsError(code: ErrorCode, title: string, faults: readonly string[]): GatewayzMetricsError {
  return new GatewayzMetricsError(
    code,
    `${title}\n${faults.map((fault) => `  - ${fault.replaceAll('\n', '\n    ')}`).join('\n')}`,
  );
}
