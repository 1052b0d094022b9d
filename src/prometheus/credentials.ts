import type { PrometheusSettings } from './prometheus-settings.js';
import { tokenFile } from './token-file.js';

/** The `Authorization` of one request, and the texts in it that must never be shown. */
export interface Authorization {
  readonly header: string;
  readonly secrets: readonly string[];
}

export interface Credentials {
  /** The names of the settings they come from, for messages; undefined when there are none. */
  readonly source: string | undefined;
  /** Asked for every request; rejects with `settings_invalid` when a token file has never had a token. */
  readonly authorize: () => Authorization | undefined | Promise<Authorization>;
}

export function createCredentials(settings: PrometheusSettings): Credentials {
  const { prometheusToken, prometheusTokenFile, prometheusUsername, prometheusPassword } = settings;
  if (prometheusToken !== undefined) {
    const proof = bearer(prometheusToken);
    return { source: 'PROMETHEUS_TOKEN', authorize: () => proof };
  }
  if (prometheusTokenFile !== undefined) {
    const read = tokenFile(prometheusTokenFile);
    return { source: 'PROMETHEUS_TOKEN_FILE', authorize: async () => bearer(await read()) };
  }
  if (prometheusUsername !== undefined) {
    const proof = basic(prometheusUsername, prometheusPassword ?? '');
    return { source: 'PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD', authorize: () => proof };
  }
  return { source: undefined, authorize: () => undefined };
}

function bearer(token: string): Authorization {
  return { header: `Bearer ${token}`, secrets: [token] };
}

function basic(username: string, password: string): Authorization {
  const pair = Buffer.from(`${username}:${password}`).toString('base64');
  return { header: `Basic ${pair}`, secrets: [pair, password] };
}
