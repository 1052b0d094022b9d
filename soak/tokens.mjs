import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const makeToken = () => `gwm_${randomBytes(32).toString('base64url')}`;
const line = (name, scopes, token) => `${name} ${scopes} sha256:${createHash('sha256').update(token).digest('hex')}\n`;

/** A tokens file with readers of every kind, one of whose tokens is replaced from time to time. */
export async function openTokens() {
  const folder = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-soak-'));
  const file = join(folder, 'tokens');
  const fixed = { ops: ['*', makeToken()], widgets: ['metrics', makeToken()], grafana: ['datasource', makeToken()] };
  let rotating = makeToken();
  let settled = true;

  const replace = async (text) => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const text = () =>
    Object.entries({ ...fixed, rotating: ['*', rotating] })
      .map(([name, [scopes, token]]) => line(name, scopes, token))
      .join('');
  await replace(text());

  return {
    file,
    header: (name) => ({ authorization: `Bearer ${name === 'rotating' ? rotating : fixed[name][1]}` }),
    /** Whether the service is known to have read the file as it is now: until then both old and new are right answers. */
    get settled() {
      return settled;
    },
    follow(service) {
      service.onLine((told) => {
        if (told.includes('METRICS_TOKENS_FILE: read again')) settled = true;
      });
    },
    /** Gives the rotating reader another token. */
    async rotate() {
      settled = false;
      rotating = makeToken();
      await replace(text());
    },
    /** Puts a file in place that cannot be used; the tokens from before go on being right. */
    spoil: () => replace('half a li'),
    /** The right file again. The service says that it read it. */
    restore: () => replace(text()),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
