import type { Representation, View } from '../render/representation.js';
import type { EngineState, LogRecord } from './engine.js';

/** What is asked of the thread and answered under the same `id`. */
export type EngineRequest =
  | { readonly kind: 'ask'; readonly id: number; readonly view: View; readonly since: number }
  | { readonly kind: 'snapshot'; readonly id: number; readonly endpoint: string }
  | { readonly kind: 'state'; readonly id: number };

/** What needs no answer. */
export interface EngineNotice {
  readonly kind: 'touch';
  readonly view: View;
}

export type EngineMessage =
  | { readonly kind: 'publish'; readonly representations: readonly Representation[] }
  | { readonly kind: 'dropped'; readonly counts: EngineState['seriesOverLimit'] }
  | { readonly kind: 'log'; readonly record: LogRecord }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown };
