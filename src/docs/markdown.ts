/** Renders a GFM table. Cells are single-line Markdown, as `escapeText` and `code` return; pipes are escaped here. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map(tableRow).join('');
}

/**
 * Escapes text for a paragraph or table cell, so that it renders literally. Line breaks and control characters become a
 * space. Autolinked bare URLs stay links.
 */
export function escapeText(text: string): string {
  return oneLine(text)
    .trim()
    .replace(/[\\`*_[\]~$]/g, '\\$&')
    .replace(/[&<>|]/g, (character) => entities[character] ?? character)
    .replace(/^[#+=-]/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/**
 * Renders an inline code span, for text with any number of backticks. Line breaks and control characters become a space;
 * empty text gives an empty string.
 */
export function code(text: string): string {
  const content = oneLine(text);
  if (content === '') return '';
  const longest = (content.match(/`+/g) ?? []).reduce((length, run) => Math.max(length, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  // A code span strips one space on both sides, and a leading or trailing backtick must not touch the fence.
  const padding = /^`|`$|^ .*[^ ].* $/.test(content) ? ' ' : '';
  return `${fence}${padding}${content}${padding}${fence}`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '|': '&#124;' };

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => oneLine(cell).replace(/\\*\|/g, escapePipe)).join(' | ')} |\n`;
}

/** Makes the number of backslashes before the pipe odd: GFM parsers disagree on even numbers. */
function escapePipe(run: string): string {
  return `${run.length % 2 === 1 ? '\\' : '\\\\'}${run}`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/**
 * Escapes a text of ours for a paragraph or table cell, so that it reads well unrendered too: names with underscores and code
 * spans become inline code.
 */
export function prose(text: string): string {
  return text
    .split(/(`[^`]+`|[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*_\w*(?:\.\w+)*\*?)/)
    .map((part, index) => (index % 2 === 1 ? code(part.replaceAll('`', '')) : escapeInner(part)))
    .join('');
}

/** As `escapeText`, but spaces at both ends stay: the text goes on. */
function escapeInner(text: string): string {
  const [before = '', after = ''] = [/^\s*/.exec(text)?.[0], text.trim() === '' ? '' : /\s*$/.exec(text)?.[0]];
  return before + escapeText(text) + after;
}
