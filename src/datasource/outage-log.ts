import { type ErrorCode, GatewayzMetricsError } from '../errors.js';
import { ApiError } from './api-error.js';

export interface OutageLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One line when the upstream begins to fail, or fails in another way, and one when it answers again. */
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
    this.#logger.info({}, `${this.#source} answers the datasource again`);
  }

  /** Errors that are made for the client are passed over. What is no error of ours is a defect, and told each time. */
  failed(error: unknown): void {
    if (error instanceof ApiError) return;
    if (!(error instanceof GatewayzMetricsError)) this.#logger.error({ err: error }, 'a call could not be answered');
    else if (error.code !== this.#failing) {
      this.#failing = error.code;
      this.#logger.warn({ code: error.code }, error.message);
    }
  }
}
