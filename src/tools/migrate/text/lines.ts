/** Offset of the first character of the line that `offset` is in. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset behind the line break of the line that `offset` is in; the end of the text where it has none. */
export function nextLine(text: string, offset: number): number {
  const found = text.indexOf('\n', offset);
  return found === -1 ? text.length : found + 1;
}

/** The line that begins at `start`, without its line break. */
export function lineAt(text: string, start: number): string {
  return text.slice(start, nextLine(text, start)).replace(/\r?\n$/, '');
}

/** Columns of white space that the line that begins at `start` begins with. */
export function indentAt(text: string, start: number): number {
  return /^[ \t]*/.exec(lineAt(text, start))?.[0].length ?? 0;
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}

export function isComment(line: string): boolean {
  return /^\s*#/.test(line);
}

/** Offset at which the run of blank lines that ends at `start`, itself the start of a line, begins. */
export function blankRunBefore(text: string, start: number): number {
  let from = start;
  while (from > 0) {
    const previous = lineStart(text, from - 1);
    if (!isBlank(lineAt(text, previous))) break;
    from = previous;
  }
  return from;
}

/** Offset at which the run of blank lines that begins at `start`, itself the start of a line, ends. */
export function blankRunAfter(text: string, start: number): number {
  let to = start;
  while (to < text.length && isBlank(lineAt(text, to))) to = nextLine(text, to);
  return to;
}

/** How the text ends its lines: the first line break decides. */
export function lineBreak(text: string): '\n' | '\r\n' {
  return /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
}

/** Gives the line number, from 1, of offsets into the text. */
export function lineNumbers(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
