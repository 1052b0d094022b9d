import type { GatewayzMetricsError } from '../errors.js';
import type { Vector } from '../model.js';

/** An answer, empty with an error if there is none; `seconds` is the response time. */
export interface QueryResult {
  readonly vector: Vector;
  readonly seconds: number;
  readonly error?: GatewayzMetricsError;
}

/** The values of a label, likewise. */
export interface LabelResult {
  readonly values: readonly string[];
  readonly seconds: number;
  readonly error?: GatewayzMetricsError;
}
