import { exporterMention } from '../find/exporter.js';
import { indentAt, isComment, lineAt, lineStart } from './lines.js';

interface CommentLine {
  readonly start: number;
  readonly line: string;
  /** Text after `#`, with its indentation. */
  readonly content: string;
}

/**
 * Offset at which the comments of an entry begin: those directly above it, not indented deeper, except commented-out
 * entries and headings over several entries.
 * @param start Start of the entry's first line; returned where it has no comments.
 * @param isItem Whether the entry begins with a dash; commented-out siblings do so too.
 */
export function ownCommentsStart(text: string, start: number, indent: number, isItem: boolean): number {
  const lines = commentsAbove(text, start, indent);
  const disabled = isItem ? (plainValue.test(lineAt(text, start)) ? disabledValue : disabledItem) : disabledKey;
  const own = lines.slice(
    Math.max(afterDisabledEntries(lines, disabled), afterHeading(lines), afterDeeperYaml(lines, indent)),
  );
  return own[0]?.start ?? start;
}

function commentsAbove(text: string, start: number, indent: number): readonly CommentLine[] {
  const lines: CommentLine[] = [];
  for (let at = start; at > 0; ) {
    at = lineStart(text, at - 1);
    const line = lineAt(text, at);
    if (!isComment(line) || indentAt(text, at) > indent) break;
    lines.unshift({ start: at, line: line.trimEnd(), content: line.replace(/^\s*#+/, '').trimEnd() });
  }
  return lines;
}

/** `- job_name: x`; in a list of plain values `- x`; where entries have keys, `service:` */
const disabledItem = /^\s*-\s+["']?[\w.-]+["']?:(?:\s|$)/;
const plainValue = /^\s*-\s+(?:"[^"]*"|'[^']*'|[^\s"'{[][^\s"']*)\s*(?:\s#.*)?$/;
const disabledValue = new RegExp(`${disabledItem.source}|${plainValue.source}`);
const disabledKey = /^\s*["']?[\w.-]+["']?:(?:\s*[&*]\S+)?$/;
const yamlLine = /^\s*(?:-\s|["']?[\w.<-]+["']?:(?:\s|$)|#|$)/;

/** Index after the last commented-out entry that does not mention the exporter. */
function afterDisabledEntries(lines: readonly CommentLine[], disabled: RegExp): number {
  let after = 0;
  for (let index = 0; index < lines.length; ) {
    const opening = lines[index]?.content ?? '';
    const run = runLength(lines.slice(index + 1), depth(opening));
    const body = lines.slice(index + 1, index + 1 + run).map(({ content }) => content);
    const isEmptyKey = disabled === disabledKey && !(body.length > 0 && body.every((line) => yamlLine.test(line)));
    if (isEmptyKey || !disabled.test(opening)) {
      index += 1;
      continue;
    }
    index += 1 + run;
    if (!mentionsExporter([opening, ...body].join('\n'))) after = index;
  }
  return after;
}

/**
 * Index after the last commented-out line of the entry before: YAML whose own indentation, without its `#`, is deeper than
 * the entry.
 */
function afterDeeperYaml(lines: readonly CommentLine[], indent: number): number {
  const isDeeper = ({ content }: CommentLine) =>
    content.trim() !== '' && depth(content) > indent + 1 && yamlLine.test(content) && !mentionsExporter(content);
  return lines.findLastIndex(isDeeper) + 1;
}

/** Number of leading lines indented deeper than `limit`, empty lines between them included. */
function runLength(lines: readonly CommentLine[], limit: number): number {
  let length = 0;
  for (const [index, { content }] of lines.entries()) {
    if (content.trim() === '') continue;
    if (depth(content) <= limit) break;
    length = index + 1;
  }
  return length;
}

/** `# -----`, `# === Exporters ===`, `#########`. */
const ruler = /^\s*(?:#+\s*([-=*~_#])\1{2,}|#{6,}$)/;

/** Index behind a heading between rulers that does not speak of health; 0 where there is none. */
function afterHeading(lines: readonly CommentLine[]): number {
  const last = lines.findLastIndex(({ line }) => ruler.test(line));
  if (last === -1) return 0;
  const heading = lines.slice(0, last + 1).map(({ content }) => content);
  return /health|8002/i.test(heading.join('\n')) ? 0 : last + 1;
}

function depth(content: string): number {
  return content.length - content.trimStart().length;
}

function mentionsExporter(text: string): boolean {
  return text.search(exporterMention) !== -1;
}
