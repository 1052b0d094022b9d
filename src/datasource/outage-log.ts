import { type ErrorCode, GatewayzMetricsError } from '../errors.js';
import { ApiError } from './api-error.js';

export interface OutageLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Logs one line when the upstream begins to fail, or fails in another way, and one when it recovers. */
export class OutageLog {
  readonly #source: string;
  readonly #logger: OutageLogger;
  #failing: ErrorCode | undefined;

  constructor(source: string, logger: OutageLogger) {
    this.#source = source;
    this.#logger = logger;
  }

  answered(): void {
    if (this.#failing === undefined) return;
    this.#failing = undefined;
    this.#logger.info({}, `${this.#source}: recovered (datasource)`);
  }

  /** Errors of the client are ignored. Unknown errors are bugs and logged each time. */
  failed(error: unknown): void {
    if (error instanceof ApiError) return;
    if (!(error instanceof GatewayzMetricsError))
      this.#logger.error({ err: error }, 'bug: a datasource request could not be handled');
    else if (error.code !== this.#failing) {
      this.#failing = error.code;
      this.#logger.warn({ code: error.code }, error.message);
    }
  }
}
