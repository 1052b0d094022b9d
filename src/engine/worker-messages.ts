import { type ErrorCode, errorCodes, GatewayzMetricsError } from '../errors.js';
import type { Snapshot } from '../model.js';
import type { Representation, View } from '../render/representation.js';
import type { EngineInput, EngineState, LogRecord } from './engine.js';

/** First message of our worker program. A thread that does not send it runs something else. */
export const workerIdentity = 'gatewayz-metrics worker 1';

/** Calls to the worker thread: arguments and result by name. */
export interface EngineCalls {
  readonly fetch: { readonly args: [view: View, since: number]; readonly result: Representation | undefined };
  readonly snapshot: { readonly args: [endpoint: string]; readonly result: Snapshot | undefined };
  readonly state: { readonly args: []; readonly result: EngineState | undefined };
}

export type CallName = keyof EngineCalls;

export type CallMessage = {
  [Name in CallName]: {
    readonly kind: 'call';
    readonly id: number;
    readonly name: Name;
    readonly args: EngineCalls[Name]['args'];
  };
}[CallName];

export type ToWorker =
  | { readonly kind: 'start'; readonly input: EngineInput }
  | { readonly kind: 'touch'; readonly view: View }
  | CallMessage;

export type FromWorker =
  | { readonly kind: 'hello'; readonly identity: string }
  | { readonly kind: 'started' }
  | { readonly kind: 'failed'; readonly error: ErrorMessage }
  | { readonly kind: 'publish'; readonly representations: readonly Representation[] }
  | { readonly kind: 'seriesOverLimit'; readonly counts: EngineState['seriesOverLimit'] }
  | { readonly kind: 'log'; readonly record: LogRecord }
  | { readonly kind: 'result'; readonly id: number; readonly value: EngineCalls[CallName]['result'] }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorMessage };

/** An error as plain data: structured cloning drops `code`. */
export interface ErrorMessage {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
}

export function toErrorMessage(thrown: unknown): ErrorMessage {
  if (!(thrown instanceof Error)) return { message: String(thrown), stack: undefined, code: undefined };
  const { message, stack } = thrown;
  return { message, stack, code: 'code' in thrown ? String(thrown.code) : undefined };
}

/** Restores an error with its code and the stack of the thread it was thrown in. */
export function fromErrorMessage({ message, stack, code }: ErrorMessage): Error {
  const error =
    code !== undefined && code in errorCodes
      ? new GatewayzMetricsError(code as ErrorCode, message)
      : Object.assign(new Error(message), code === undefined ? {} : { code });
  if (stack !== undefined) error.stack = stack;
  return error;
}
