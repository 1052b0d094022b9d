/** The files of a stack repository that can matter, as they were read. */
export interface Stack {
  readonly files: readonly StackFile[];
  /** Directories, links and files that only their names tell about. */
  readonly others: readonly StackEntry[];
}

export interface StackFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** How the bytes became text: UTF-8, or, where they are not, one character a byte. */
  readonly encoding: 'utf8' | 'latin1';
}

export interface StackEntry {
  readonly path: string;
  /** `closed`: a directory that could not be looked into. */
  readonly type: 'directory' | 'closed' | 'link' | 'large' | 'unreadable';
  /** Of a directory, the names in it. */
  readonly names?: readonly string[];
}

export function encodeText({ encoding }: Pick<StackFile, 'encoding'>, text: string): Buffer {
  return Buffer.from(text, encoding);
}
