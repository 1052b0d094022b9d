import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { codeBlocks } from '../support/code-blocks.js';
import { freePort } from '../support/free-port.js';
import { listeningAt, startCli } from '../support/run-cli.js';

const troubleshooting = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');
const source = fileURLToPath(new URL('../../src', import.meta.url));
const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(source, file), 'utf8'))
  .join('\n');

/** First cells of the tables whose first column has this head. */
function cells(head: string): string[] {
  return [...troubleshooting.matchAll(new RegExp(`^\\| ${head} \\|.*\\n\\| ---.*\\n((?:\\|.*\\n)+)`, 'gm'))].flatMap(
    ([, rows]) => rows!.split('\n').flatMap((row) => (row === '' ? [] : [row.split(' | ')[0]!.slice(2)])),
  );
}

describe('docs/troubleshooting.md', () => {
  test('quotes only messages that the code has', () => {
    const quoted = [...cells('it says'), ...cells('you see')].flatMap((cell) =>
      [...cell.matchAll(/`([^`]+ [^`]+)`/g)].map((match) => match[1]!),
    );
    expect(quoted.length).toBeGreaterThan(18);
    const pieces = quoted.flatMap((message) => message.split(/…|\{|\}/)).map((piece) => piece.trim());
    const words = pieces.filter((piece) => piece.length > 3);
    expect(words.filter((piece) => !code.includes(piece))).toEqual([]);
  });

  test('begins with a command that shows a reason which it explains', async () => {
    const cli = startCli(['serve'], { PORT: '0', PROMETHEUS_URL: `http://127.0.0.1:${await freePort()}` });
    try {
      const command = codeBlocks('docs/troubleshooting.md')[0]!.text;
      const env = { ...process.env, BASE: await listeningAt(cli) };
      const { stdout } = await runCommand('bash', ['-c', command], { env });
      const { message } = (JSON.parse(stdout) as { error: { message: string } }).error;
      const told = cells('it says').map((cell) => cell.replaceAll('`', ''));
      expect(told.filter((each) => message.includes(each))).toHaveLength(1);
    } finally {
      cli.kill('SIGTERM');
      await cli.ended;
    }
  });
});
