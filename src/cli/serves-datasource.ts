import { BlockList, isIP } from 'node:net';
import type { Settings } from '../settings.js';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Whether `serve` has the datasource API, which is any PromQL: where only this machine can ask, or as access settings say. */
export function servesDatasource({
  host,
  metricsTokensFile,
  metricsOpen,
}: Pick<Settings, 'host' | 'metricsTokensFile' | 'metricsOpen'>): boolean {
  return isLoopback(host) || metricsTokensFile !== undefined || metricsOpen;
}

/** A name other than `localhost` may lead anywhere. */
function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host.toLowerCase() === 'localhost' : loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
