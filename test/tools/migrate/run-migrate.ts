import { Command, CommanderError } from 'commander';
import { vi } from 'vitest';
import { migrateCommand } from '../../../src/cli/migrate.js';
import { GatewayzMetricsError } from '../../../src/errors.js';

export interface MigrateResult {
  /** As the command line ends: 0 success, 1 the checked thing fails, 2 wrong usage. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `gatewayz-metrics migrate` with these arguments in this process. One at a time. */
export async function runMigrate(...args: readonly string[]): Promise<MigrateResult> {
  const output = { stdout: '', stderr: '' };
  const capture = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text: string | Uint8Array) => {
      output[name] += String(text);
      return true;
    });
  const spies = [capture('stdout'), capture('stderr')];
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await new Command('gatewayz-metrics')
      .addCommand(migrateCommand().exitOverride())
      .parseAsync(['migrate', ...args], { from: 'user' });
    return { code: Number(process.exitCode), ...output };
  } catch (error) {
    if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : 2, ...output };
    if (!(error instanceof GatewayzMetricsError)) throw error;
    return {
      code: error.code === 'settings_invalid' ? 2 : 1,
      stdout: output.stdout,
      stderr: output.stderr + error.message,
    };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
