/** Code points of the source line shown around an error. */
const shownWidth = 72;

/**
 * A PromQL syntax error with its position. Callers wrap it in a `GatewayzMetricsError`; the promql folder throws nothing
 * else for invalid text.
 */
export class PromqlError extends Error {
  /** UTF-16 offset into the text. */
  readonly offset: number;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in code points. */
  readonly column: number;
  /** The source line, shortened around the error, and below it a line with `^` at the position. */
  readonly caret: string;

  constructor(text: string, offset: number, message: string) {
    super(message);
    this.name = 'PromqlError';
    this.offset = Math.min(Math.max(offset, 0), text.length);
    const lineStart = text.lastIndexOf('\n', this.offset - 1) + 1;
    const lineEnd = text.indexOf('\n', this.offset);
    const before = [...text.slice(lineStart, this.offset)];
    const after = [...text.slice(this.offset, lineEnd === -1 ? text.length : lineEnd)];
    this.line = text.slice(0, lineStart).split('\n').length;
    this.column = before.length + 1;
    this.caret = caretLines(before, after);
  }
}

/** Message with position, source line and caret line: three lines. */
export function formatPromqlError(error: PromqlError): string {
  return `${error.message} (line ${error.line}, column ${error.column})\n${error.caret}`;
}

function caretLines(before: readonly string[], after: readonly string[]): string {
  const start = Math.max(0, before.length - shownWidth / 2);
  const end = Math.max(0, shownWidth - (before.length - start));
  const head = (start > 0 ? '…' : '') + before.slice(start).join('');
  const tail = after.slice(0, end).join('') + (after.length > end ? '…' : '');
  // Control characters would shift the caret or move the terminal's cursor.
  return `${(head + tail).replace(/\p{Cc}/gu, ' ')}\n${' '.repeat([...head].length)}^`;
}
