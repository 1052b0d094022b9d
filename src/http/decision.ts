import type { GatewayzMetricsError } from '../errors.js';
import type { MetricsRequest } from './message.js';

/** What a reader can be allowed to read. */
export type Area = 'metrics' | 'datasource';

/** Whether a request is allowed; `principal` is the reader's name, if known. */
export type Decision = { readonly allowed: true; readonly principal: string | undefined } | Denial;

export interface Denial {
  readonly allowed: false;
  readonly error: GatewayzMetricsError;
  /** `WWW-Authenticate`, where another token would help. */
  readonly challenge?: string;
}

/** Authorizes a request; synchronously where possible. Never throws or rejects. */
export type Authorize = (request: MetricsRequest, area: Area) => Decision | Promise<Decision>;

export const open: Authorize = () => allowed;

const allowed: Decision = { allowed: true, principal: undefined };
