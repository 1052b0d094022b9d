/** Contents of a stack repository, reduced to files that can contain a trace. */
export interface Stack {
  readonly files: readonly StackFile[];
  /** Directories, links and unread files. */
  readonly others: readonly StackEntry[];
  /** Symbolic links that lead to another place in the stack. */
  readonly links: readonly StackLink[];
}

/** Text encodings; all but `latin1`, one character per byte, are recognised by their content or byte order mark. */
export type Encoding = 'utf8' | 'utf16le' | 'utf16be' | 'latin1';

export interface StackFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly encoding: Encoding;
}

export interface StackLink {
  readonly path: string;
  /** Relative to the root. */
  readonly to: string;
}

export interface StackEntry {
  readonly path: string;
  /** `closed`: a directory that could not be opened. */
  readonly type: 'directory' | 'closed' | 'link' | 'large' | 'unreadable';
  /** Names of a directory's entries. */
  readonly names?: readonly string[];
}

export function encodeText({ encoding }: Pick<StackFile, 'encoding'>, text: string): Buffer {
  if (encoding === 'utf16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, encoding);
}

/** Text of a file; undefined for binary content. A byte order mark stays part of the text. */
export function decodeText(bytes: Buffer): Pick<StackFile, 'text' | 'encoding'> | undefined {
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'utf16le' : mark === 'feff' ? 'utf16be' : undefined;
  if (encoding !== undefined && bytes.length % 2 === 0) {
    const little = encoding === 'utf16le' ? bytes : Buffer.from(bytes).swap16();
    return { text: little.toString('utf16le'), encoding };
  }
  if (bytes.subarray(0, 8192).includes(0)) return undefined;
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return { text, encoding: 'utf8' };
  return { text: bytes.toString('latin1'), encoding: 'latin1' };
}
