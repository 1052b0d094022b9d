import { isIP } from 'node:net';
import { GatewayzMetricsError } from '../errors.js';
import type { MetricsRequest, MetricsResponse } from './message.js';
import { header } from './negotiate.js';
import { errorResponse } from './responses.js';

/**
 * Refuses requests whose host is a name other than a loopback name or one of `names`: a page of another site can make its name
 * resolve to a loopback address (DNS rebinding), and its browser then sends that name.
 */
export function refuseForeignHost(request: MetricsRequest, names: readonly string[]): MetricsResponse | undefined {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(request.url)?.[1] ?? header(request, 'host');
  const name = authority.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
  const isAddress = isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
  // Every browser sends a host.
  if (name === '' || isAddress || name === 'localhost' || name.endsWith('.localhost') || names.includes(name)) return;
  const message = `The host ${name.slice(0, 100)} is not allowed on a loopback address without tokens. Add it to METRICS_HOSTS.`;
  return errorResponse(request, new GatewayzMetricsError('forbidden', message));
}
