import { isScalar } from 'yaml';
import { fileKind, isJsonPath, isYamlPath } from '../stack/file-kind.js';
import type { StackFile } from '../stack/stack.js';
import { parseJson } from '../text/json-source.js';
import { lineAt, lineStart } from '../text/lines.js';
import { type YamlSource, yamlOf } from '../text/yaml-source.js';
import { walkYaml } from '../text/yaml-walk.js';

/** Offsets of a mention in a text. */
interface Mention {
  readonly start: number;
  readonly end: number;
}

/**
 * Offset of the first mention of a directory's name, or of a pattern that matches it, that is not proven to be something else: a host, an
 * image, a comment, prose. Undefined where there is none.
 */
export function directoryReference(file: StackFile, name: string): number | undefined {
  return mentionsOf(file.text, name).find((mention) => !isExplained(file, mention))?.start;
}

const wildcard = /\$\{\{.*?\}\}|\{\{.*?\}\}|\$\{[^}\n]*\}|\$\(\w+\)|\$\w+|%[sd]\b|\{[\w-]+(?:,[\w-]*)+\}|[*?]+/;
const patternedWord = new RegExp(
  `(?:[\\w.-]|${wildcard.source})*(?:${wildcard.source})(?:[\\w.-]|${wildcard.source})*`,
  'g',
);

function mentionsOf(text: string, name: string): readonly Mention[] {
  const literal = new RegExp(`(?<![\\w-])${name.replace(/[^\w-]/g, '\\$&')}(?![\\w-])`, 'gi');
  const plain = [...text.matchAll(literal)].map(({ index, 0: found }) => ({ start: index, end: index + found.length }));
  if (!/exporter|health/i.test(text)) return plain;
  const patterned = [...text.matchAll(patternedWord)]
    .filter(({ 0: word }) => word.length < 200 && matchesName(word, name))
    .map(({ index, 0: word }) => ({ start: index, end: index + word.length }));
  return [...plain, ...patterned].toSorted((a, b) => a.start - b.start);
}

/** Whether a word with wildcards or variables can stand for the name; at least four letters of it must be written out. */
function matchesName(word: string, name: string): boolean {
  const parts = word.split(new RegExp(`(${wildcard.source})`));
  const literal = parts.filter((_, index) => index % 2 === 0).join('');
  if (literal.replace(/[^A-Za-z]/g, '').length < 4) return false;
  const pattern = parts.map((part, index) => (index % 2 === 0 ? part.replace(/[^\w-]/g, '\\$&') : '.*')).join('');
  return new RegExp(`^${pattern}$`, 'i').test(name);
}

function isExplained(file: StackFile, mention: Mention): boolean {
  const { path, text } = file;
  if (isHost(text, mention) || isImage(text, mention)) return true;
  if (fileKind(path) === 'document') return !isPathLike(text, mention);
  if (isYamlPath(path)) {
    const source = yamlOf(file);
    return source !== undefined && isExplainedByYaml(source, mention);
  }
  if (isJsonPath(path)) return parseJson(text) !== undefined && isName(text, mention);
  const line = lineAt(text, lineStart(text, mention.start));
  return /^\s*(?:#(?!!|include)|\/\/|;|--\s|<!--)/.test(line) || (isServiceCommand(line) && !isPathLike(text, mention));
}

/** `name:8002`, `http://name`, `user@name`. */
function isHost(text: string, { start, end }: Mention): boolean {
  const before = text.slice(Math.max(0, start - 2), start);
  return before === '//' || before.endsWith('@') || (/^:\d+\b/.test(text.slice(end, end + 6)) && !before.endsWith('/'));
}

/** `registry.example.com/team/name:tag`: an image reference with a registry and a tag or digest. */
function isImage(text: string, { start, end }: Mention): boolean {
  const before = /[\w./:-]*$/.exec(text.slice(Math.max(0, start - 200), start))?.[0] ?? '';
  const [registry = ''] = before.split('/');
  const hasRegistry = before.endsWith('/') && /^[\w-]+(?:\.[\w-]+)+(?::\d+)?$/.test(registry);
  return hasRegistry && /^[:@][\w]/.test(text.slice(end, end + 2));
}

/** Whether a slash, or a command that takes a directory, stands next to the mention. */
function isPathLike(text: string, { start, end }: Mention): boolean {
  const before = text.slice(Math.max(0, start - 24), start);
  const isBelowHost = /:\/\/[\w.:-]+\/(?:[\w.-]+\/)*$/.test(text.slice(Math.max(0, start - 200), start));
  if (isBelowHost) return false;
  return (
    /[/\\]$/.test(before) ||
    /^[/\\]/.test(text.slice(end, end + 1)) ||
    /\b(?:cd|build|pushd|COPY|ADD|-C|-f)\s+["']?$/.test(before)
  );
}

/** Keys whose values name a service, an image or a job, and those whose values are prose or PromQL. */
const nameKeys: ReadonlySet<string> = new Set([
  ...[
    'name',
    'service',
    'container_name',
    'hostname',
    'image',
    'job_name',
    'job',
    'instance',
    'alert',
    'record',
    'title',
  ],
  ...[
    'depends_on',
    'links',
    'needs',
    'app',
    'app.kubernetes.io/name',
    'network_mode',
    'targets',
    'host',
    'service_name',
  ],
]);
const proseKeys: ReadonlySet<string> = new Set([
  'description',
  'summary',
  'message',
  'text',
  'help',
  'comment',
  'notes',
]);
const queryKeys: ReadonlySet<string> = new Set(['expr', 'series', 'labels']);

/** Whether a mention is a comment, a plain key, or a value under a key that holds no path. */
function isExplainedByYaml({ text, documents }: YamlSource, mention: Mention): boolean {
  for (const { node: root } of documents) {
    for (const { node, path } of walkYaml(root)) {
      const [start, end] = node.range;
      if (!isScalar(node) || mention.start < start || mention.start >= end) continue;
      const keys = path.filter((step) => typeof step === 'string').toReversed();
      const [key = ''] = keys;
      const isNamed = nameKeys.has(key) || (key.endsWith('name') && keys.length > 0);
      if (key === 'image') return true;
      if (proseKeys.has(key) || queryKeys.has(key) || keys.includes('annotations')) return !isPathLike(text, mention);
      if (isNamed) return !isPathLike(text, mention);
      return isServiceCommand(lineAt(text, lineStart(text, mention.start))) && !isPathLike(text, mention);
    }
  }
  // In no value: a comment, or a key.
  return !isPathLike(text, mention) || isInComment(text, mention);
}

function isInComment(text: string, { start }: Mention): boolean {
  return /(?:^|\s)#/.test(text.slice(lineStart(text, start), start));
}

/** Whether the mention is a whole word of prose or a name in JSON, not a value or part of a path. */
function isName(text: string, mention: Mention): boolean {
  const isWhole = /["']/.test(text[mention.start - 1] ?? '') && /["']/.test(text[mention.end] ?? '');
  const key = /"([\w.-]+)"\s*:\s*"$/.exec(text.slice(Math.max(0, mention.start - 100), mention.start))?.[1];
  return !isPathLike(text, mention) && (!isWhole || (key !== undefined && nameKeys.has(key)));
}

/** A command that takes the names of services or containers, and builds nothing. */
function isServiceCommand(line: string): boolean {
  return (
    /\b(?:docker|docker-compose|podman|nerdctl|kubectl)\b.*\b(?:up|down|logs|restart|stop|start|rm|exec|ps|pull|push|kill|scale)\b/.test(
      line,
    ) && !/\bbuild\b/.test(line)
  );
}
