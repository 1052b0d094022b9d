import type { GatewayzMetricsError } from '../errors.js';
import type { MetricsRequest } from './message.js';

/** What a reader may be let in to. */
export type Area = 'metrics' | 'datasource';

/** Whether a request may go on; `principal` is the reader's name, where it has one. */
export type Decision = { readonly allowed: true; readonly principal: string | undefined } | Denial;

export interface Denial {
  readonly allowed: false;
  readonly error: GatewayzMetricsError;
  /** `WWW-Authenticate`, where another token would help. */
  readonly challenge?: string;
}

/** Decides about a request, at once where it can. Does not throw or reject. */
export type Authorize = (request: MetricsRequest, area: Area) => Decision | Promise<Decision>;

export const open: Authorize = () => allowed;

const allowed: Decision = { allowed: true, principal: undefined };
