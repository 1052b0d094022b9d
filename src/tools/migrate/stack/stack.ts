/** Contents of a stack repository, reduced to files that can contain a trace. */
export interface Stack {
  readonly files: readonly StackFile[];
  /** Directories, links and unread files. */
  readonly others: readonly StackEntry[];
}

export interface StackFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** `latin1` for bytes that are not UTF-8, one character per byte. */
  readonly encoding: 'utf8' | 'latin1';
}

export interface StackEntry {
  readonly path: string;
  /** `closed`: a directory that could not be opened. */
  readonly type: 'directory' | 'closed' | 'link' | 'large' | 'unreadable';
  /** Names of a directory's entries. */
  readonly names?: readonly string[];
}

export function encodeText({ encoding }: Pick<StackFile, 'encoding'>, text: string): Buffer {
  return Buffer.from(text, encoding);
}
