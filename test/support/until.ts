import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** What is waited for, as in "the snapshot is stale": told when it never comes. */
  readonly what: string;
  /** Milliseconds until it counts as never; default 10 s. */
  readonly within?: number;
  /** Milliseconds between two looks; default 20. */
  readonly every?: number;
}

/**
 * Looks again and again until `condition` gives something truthy, and resolves to that. A condition that throws is not
 * met yet. Rejects after the deadline, with what the last look gave.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what, within = 10_000, every = 20 }: UntilOptions,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + within;
  for (;;) {
    let last: { value: T } | { error: unknown };
    try {
      const value = await condition();
      if (value) return value;
      last = { value };
    } catch (error) {
      last = { error };
    }
    if (performance.now() >= deadline) {
      const told = 'error' in last ? `it threw: ${String(last.error)}` : `it gave: ${String(last.value)}`;
      throw new Error(`waited ${within} ms in vain until ${what}; at the last look ${told}`, {
        cause: 'error' in last ? last.error : undefined,
      });
    }
    await delay(every);
  }
}
