import { type Authorize, open } from '../http/decision.js';
import type { HostAuthorize } from './create-authorize.js';
import type { TokenLog } from './token-store.js';

export interface Access {
  readonly authorize: Authorize;
  /** Checks the tokens file now. */
  readonly reload: () => Promise<void>;
  readonly destroy: () => void;
}

const nothingOpen = { reload: async () => {}, destroy: () => {} };

/**
 * Authorization by the host application, else by the tokens file, else none. Code is loaded only where it is used.
 *
 * @throws {GatewayzMetricsError} settings_invalid if the tokens file is unusable
 */
export async function loadAccess(
  metricsTokensFile: string | undefined,
  decide: HostAuthorize | undefined,
  log: TokenLog,
  onError: (error: unknown) => void,
): Promise<Access> {
  if (decide === undefined && metricsTokensFile === undefined) return { authorize: open, ...nothingOpen };
  const { authorizeByHost, authorizeByToken } = await import('./create-authorize.js');
  if (decide !== undefined) return { authorize: authorizeByHost(decide, onError), ...nothingOpen };
  const { TokenStore } = await import('./token-store.js');
  const tokens = await TokenStore.open(metricsTokensFile!, log);
  return {
    authorize: authorizeByToken(tokens),
    reload: () => tokens.reload(),
    destroy: () => tokens.destroy(),
  };
}
