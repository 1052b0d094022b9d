import type { ConsoleArea, ConsoleAreaOptions } from './console-area.js';

/** Loads the console only if it is on: its page, its history, and its connections. */
export async function loadConsole(options: ConsoleAreaOptions): Promise<ConsoleArea | undefined> {
  if (options.settings.metricsConsole !== true) return undefined;
  const { createConsoleArea } = await import('./console-area.js');
  return createConsoleArea(options);
}
