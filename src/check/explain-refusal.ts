import { z } from 'zod';
import type { Silence } from './explain-silence.js';
import type { ServiceAnswer } from './service-client.js';

const errorDocument = z.object({ error: z.object({ message: z.string() }) });

/** Why the answer from `base` is not the one that was asked for, in its own words where it has some. */
export function explainRefusal(answer: ServiceAnswer, base: string, hasToken: boolean): Silence {
  const { status, location } = answer;
  const said = words(answer);
  const because = said === undefined ? '' : `: ${said}`;
  if (status === 401) {
    return hasToken
      ? { cause: `it refuses the token of --token-file (HTTP 401)${because}`, fix: 'put a valid token into that file' }
      : { cause: `it wants a token and has got none (HTTP 401)${because}`, fix: '--token-file F, with a token in F' };
  }
  if (status === 403) {
    return {
      cause: `the token may not read this (HTTP 403)${because}`,
      fix: 'gatewayz-metrics token NAME --scopes metrics,datasource',
    };
  }
  if (status === 404) {
    return {
      cause: `there is nothing at ${base} (HTTP 404)`,
      fix: 'correct --url, or set METRICS_PREFIX to what the service has',
    };
  }
  if (status >= 300 && status < 400) {
    return {
      cause: `it redirects to ${location ?? 'nowhere'} (HTTP ${status}), which is not followed`,
      fix: 'give --url the address that answers itself',
    };
  }
  if (status === 502 || status === 504) {
    return {
      cause: `a proxy in front of it cannot reach it (HTTP ${status})`,
      fix: 'start the service behind the proxy',
    };
  }
  if (status === 503 && said !== undefined) return { cause: `it has no data (HTTP 503)${because}`, fix: fixOf(said) };
  return { cause: `it answered HTTP ${status}${because}`, fix: "look at the service's log" };
}

/** What the service says of itself: the message of a JSON error, or the comment of an empty exposition. */
function words({ body, contentType }: ServiceAnswer): string | undefined {
  if (contentType.startsWith('text/plain')) return /^# unavailable: (.+)$/m.exec(body)?.[1];
  if (!contentType.startsWith('application/json')) return undefined;
  try {
    return errorDocument.safeParse(JSON.parse(body)).data?.error.message;
  } catch {
    return undefined;
  }
}

/** Messages name the settings that would help. */
export function fixOf(message: string): string {
  const settings = [...new Set(message.match(/\b(?:PROMETHEUS|METRICS|HEALTH)_[A-Z_]+\b/g))];
  const [last, ...others] = settings.reverse();
  if (last === undefined) return "look at the service's log";
  return `${[...others.reverse(), last].join(' or ')}, in the environment of the service`;
}
