import { createEngine } from './create-engine.js';
import type { Engine, EngineEvents, EngineInput } from './engine.js';

/** Creates an engine. Loads the Health Service's code only where one is configured. */
export async function loadEngine(input: EngineInput, events: EngineEvents): Promise<Engine> {
  const { healthServiceUrl } = input.settings;
  if (healthServiceUrl === undefined) return createEngine(input, undefined, events);
  const { startHealthSource } = await import('./health-source.js');
  return createEngine(input, (clock) => startHealthSource(input.settings, healthServiceUrl, clock), events);
}
