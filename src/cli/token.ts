import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { digestOf } from '../access/token-store.js';
import { formatToken, isScope, type Scope, scopes } from '../access/tokens-file.js';

export function tokenCommand(): Command {
  return new Command('token')
    .description('Create a token for a reader and print its line for METRICS_TOKENS_FILE.')
    .argument('<name>', 'name of the reader, such as grafana', readerName)
    .option('--scopes <list>', `what it may read: ${scopes.join(', ')}, with commas between`, scopeList, [
      'metrics',
    ] as Scope[])
    .option('--json', 'print {token, line}')
    .action((name: string, options: { readonly scopes: readonly Scope[]; readonly json?: true }) => {
      const token = `gwm_${randomBytes(32).toString('base64url')}`;
      const line = formatToken({ name, scopes: options.scopes, digest: digestOf(token) });
      const text = `Token, shown this once:\n${token}\n\nLine for METRICS_TOKENS_FILE:\n${line}`;
      console.log(options.json ? JSON.stringify({ token, line }) : text);
    });
}

function readerName(text: string): string {
  if (!/^[\w.@-]{1,64}$/.test(text))
    throw new InvalidArgumentError('expected letters, digits, ".", "_", "-" and "@", at most 64.');
  return text;
}

function scopeList(text: string): readonly Scope[] {
  const given = text.split(',').map((scope) => scope.trim());
  if (!given.every(isScope)) throw new InvalidArgumentError(`expected ${scopes.join(', ')}, with commas between.`);
  return given;
}
