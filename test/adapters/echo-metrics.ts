import { createAreas } from '../../src/http/areas.js';
import type { MetricsReply, MetricsRequest } from '../../src/http/message.js';
import type { Metrics } from '../../src/metrics.js';
import { readSettings } from '../../src/settings.js';

type Answer = MetricsReply | Promise<MetricsReply>;

/** Metrics that answer with what they were asked, as JSON, or as told; `requests` has all of them. */
export function echoMetrics(
  prefix = '/prometheus',
  answer: (request: MetricsRequest) => Answer = echo,
): Pick<Metrics, 'owns' | 'handle' | 'settings'> & { readonly requests: readonly MetricsRequest[] } {
  const requests: MetricsRequest[] = [];
  return {
    settings: readSettings({ env: {}, metricsPrefix: prefix }),
    requests,
    ...createAreas(
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

function echo({ method, url }: MetricsRequest): MetricsReply {
  const body = Buffer.from(JSON.stringify({ method, url }));
  return { status: 200, headers: { 'content-type': 'application/json', 'content-length': `${body.length}` }, body };
}
