import { expect } from 'vitest';
import { GatewayzMetricsError } from '../../src/errors.js';

/** The faults that `read` throws as `settings_invalid`, without title and bullets. */
export function settingsFaults(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (!(error instanceof GatewayzMetricsError)) throw error;
    expect(error.code).toBe('settings_invalid');
    const [title, ...faults] = error.message.split('\n  - ');
    expect(title).toBe('Invalid settings:');
    return faults;
  }
  throw new Error('no fault');
}
