import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Folder for downloaded programs: `$XDG_CACHE_HOME`, else `~/.cache`. */
export function cacheFolder() {
  const xdg = process.env.XDG_CACHE_HOME ?? '';
  return join(isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'gatewayz-metrics');
}
