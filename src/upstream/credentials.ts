import { tokenFile } from './token-file.js';
import type { UpstreamSettings } from './upstream-settings.js';

/** The `Authorization` of one request, and the texts in it that must never be shown. */
export interface Proof {
  readonly header: string;
  readonly secrets: readonly string[];
}

export interface Credentials {
  /** The names of the settings they come from, for messages; undefined when there are none. */
  readonly source: string | undefined;
  /** Asked for every request; rejects with `settings_invalid` when a token file has never had a token. */
  readonly prove: () => Proof | undefined | Promise<Proof>;
}

export function credentials(settings: UpstreamSettings): Credentials {
  const { prometheusToken, prometheusTokenFile, prometheusUsername, prometheusPassword } = settings;
  if (prometheusToken !== undefined) {
    const proof = bearer(prometheusToken);
    return { source: 'PROMETHEUS_TOKEN', prove: () => proof };
  }
  if (prometheusTokenFile !== undefined) {
    const read = tokenFile(prometheusTokenFile);
    return { source: 'PROMETHEUS_TOKEN_FILE', prove: async () => bearer(await read()) };
  }
  if (prometheusUsername !== undefined) {
    const proof = basic(prometheusUsername, prometheusPassword ?? '');
    return { source: 'PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD', prove: () => proof };
  }
  return { source: undefined, prove: () => undefined };
}

function bearer(token: string): Proof {
  return { header: `Bearer ${token}`, secrets: [token] };
}

function basic(username: string, password: string): Proof {
  const pair = Buffer.from(`${username}:${password}`).toString('base64');
  return { header: `Basic ${pair}`, secrets: [pair, password] };
}
