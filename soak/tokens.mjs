import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const makeToken = () => `gwm_${randomBytes(32).toString('base64url')}`;
const line = (name, scopes, token) => `${name} ${scopes} sha256:${createHash('sha256').update(token).digest('hex')}\n`;

/** A tokens file with one reader per scope, and one whose token is rotated. */
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
    /** Whether the service has logged that it read the present file; until then both tokens may work. */
    get settled() {
      return settled;
    },
    follow(service) {
      service.onLine((line) => {
        if (line.includes('METRICS_TOKENS_FILE: reloaded')) settled = true;
      });
    },
    /** Replaces the token of the rotating reader. */
    async rotate() {
      settled = false;
      rotating = makeToken();
      await replace(text());
    },
    /** Writes an invalid file; the previous tokens stay in force. */
    corrupt: () => replace('half a li'),
    /** Writes a valid file again. */
    restore: () => replace(text()),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
