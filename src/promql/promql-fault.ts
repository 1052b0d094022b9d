/** Code points of the source line that are shown around a fault. */
const shownWidth = 72;

/**
 * A place where PromQL cannot be read, and why. Callers turn it into an error with a code; nothing else leaves this
 * folder for bad text.
 */
export class PromqlFault extends Error {
  /** UTF-16 offset into the text. */
  readonly offset: number;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in code points. */
  readonly column: number;
  /** The source line, shortened around the fault, and under it a line with `^` at the place. */
  readonly caret: string;

  constructor(text: string, offset: number, message: string) {
    super(message);
    this.name = 'PromqlFault';
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

/** The message, where it is, the source line and a line with a caret: three lines. */
export function formatFault(fault: PromqlFault): string {
  return `${fault.message} (line ${fault.line}, column ${fault.column})\n${fault.caret}`;
}

function caretLines(before: readonly string[], after: readonly string[]): string {
  const start = Math.max(0, before.length - shownWidth / 2);
  const end = Math.max(0, shownWidth - (before.length - start));
  const head = (start > 0 ? '…' : '') + before.slice(start).join('');
  const tail = after.slice(0, end).join('') + (after.length > end ? '…' : '');
  // Control characters would move the caret away from its place, or the terminal's cursor.
  return `${(head + tail).replace(/\p{Cc}/gu, ' ')}\n${' '.repeat([...head].length)}^`;
}
