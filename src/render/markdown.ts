/** A GFM table. Cells are Markdown in one line, such as `escapeText` and `code` return; their pipes are escaped here. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map(tableRow).join('');
}

/**
 * Text that shows as what it is, in a paragraph or a cell: no tags, entities, emphasis, links, code or block marks come of it.
 * Line breaks and control characters become one space. A viewer that links bare URLs still does.
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
 * An inline code span, whatever backticks the text has. Line breaks and control characters become spaces; empty text gives
 * an empty string, as there is no empty span.
 */
export function code(text: string): string {
  const content = oneLine(text);
  if (content === '') return '';
  const longest = (content.match(/`+/g) ?? []).reduce((length, run) => Math.max(length, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  // A span loses one space on both sides where it has both, and must not touch its fence with a backtick.
  const padding = /^`|`$|^ .*[^ ].* $/.test(content) ? ' ' : '';
  return `${fence}${padding}${content}${padding}${fence}`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '|': '&#124;' };

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => oneLine(cell).replace(/\\*\|/g, escapePipe)).join(' | ')} |\n`;
}

/** An odd number of backslashes before the pipe: the readers of GFM differ on what an even number means. */
function escapePipe(run: string): string {
  return `${run.length % 2 === 1 ? '\\' : '\\\\'}${run}`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
