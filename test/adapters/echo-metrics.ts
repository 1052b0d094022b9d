import type { MetricsRequest, MetricsResponse } from '../../src/http/message.js';
import { createMounts } from '../../src/http/mounts.js';
import type { Metrics } from '../../src/metrics.js';
import { readSettings } from '../../src/settings/read-settings.js';

type Answer = MetricsResponse | Promise<MetricsResponse>;

/** Metrics that answer with what they were asked, as JSON, or as told; `requests` has all of them. */
export function echoMetrics(
  prefix = '/prometheus',
  answer: (request: MetricsRequest) => Answer = echo,
): Pick<Metrics, 'owns' | 'handle' | 'settings'> & { readonly requests: readonly MetricsRequest[] } {
  const requests: MetricsRequest[] = [];
  return {
    settings: readSettings({ env: {}, metricsPrefix: prefix }),
    requests,
    ...createMounts(
      [
        {
          base: `${prefix === '/' ? '' : prefix}/metrics`,
          handle(request) {
            requests.push(request);
            return answer(request);
          },
        },
      ],
      (error) => {
        throw error;
      },
    ),
  };
}

function echo({ method, url }: MetricsRequest): MetricsResponse {
  const body = Buffer.from(JSON.stringify({ method, url }));
  return { status: 200, headers: { 'content-type': 'application/json', 'content-length': `${body.length}` }, body };
}
