import { z } from 'zod';
import type { RequestFailure } from './explain-failure.js';
import type { ServiceResponse } from './service-client.js';

const errorDocument = z.object({ error: z.object({ message: z.string() }) });
/** What the service answers where it has nothing: where it has something. */
const notFoundDocument = z.object({ paths: z.array(z.string()) });

/** Why the answer from `base` is not the one that was asked for, in its own words where it has some. */
export function explainStatus(answer: ServiceResponse, base: string, hasToken: boolean): RequestFailure {
  const { status, location } = answer;
  const message = messageIn(answer);
  const because = message === undefined ? '' : `: ${message}`;
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
    return { cause: `there is nothing at ${base} (HTTP 404)`, fix: correctAddress(answer, base) };
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
  if (status === 503 && message !== undefined)
    return { cause: `it has no data (HTTP 503)${because}`, fix: fixOf(message) };
  return { cause: `it answered HTTP ${status}${because}`, fix: "look at the service's log" };
}

/** Which address would have been right: the service itself tells it, another server does not. */
function correctAddress({ body }: ServiceResponse, base: string): string {
  const paths = notFoundDocument.safeParse(readJson(body)).data?.paths ?? [];
  const prefix = paths.flatMap((path) => /^(.*)\/metrics\/summary$/.exec(path)?.[1] ?? [])[0];
  const { origin, pathname } = new URL(base);
  if (prefix === undefined) {
    return 'give --url the address of the service, without METRICS_PREFIX, and this check the METRICS_PREFIX that the service has';
  }
  // The prefix was right, and --url had a path before it.
  if (prefix !== '' && pathname.lastIndexOf(`${prefix}/metrics`) > 0) return `--url ${origin}`;
  return `METRICS_PREFIX=${prefix || '/'}, in the environment of this check: the service has its endpoints at ${prefix}/metrics`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the service says of itself: the message of a JSON error, or the comment of an empty exposition. */
function messageIn({ body, contentType }: ServiceResponse): string | undefined {
  if (contentType.startsWith('text/plain')) return /^# unavailable: (.+)$/m.exec(body)?.[1];
  if (!contentType.startsWith('application/json')) return undefined;
  return errorDocument.safeParse(readJson(body)).data?.error.message;
}

/** Messages name the settings that would help. */
export function fixOf(message: string): string {
  const settings = [...new Set(message.match(/\b(?:PROMETHEUS|METRICS|HEALTH)_[A-Z_]+\b/g))];
  const [last, ...others] = settings.reverse();
  if (last === undefined) return "look at the service's log";
  return `${[...others.reverse(), last].join(' or ')}, in the environment of the service`;
}
