import { readFile, stat } from 'node:fs/promises';
import { type Clock, systemClock, type Timer } from './clock.js';

/** Milliseconds between two checks of a file. */
const checkInterval = 2_000;
/** Attempts to read a file that is being written, per check. */
const attempts = 5;

export interface WatchedFileOptions<T> {
  /** Converts the text. What it throws at the start makes `open` reject; later it goes to `onError`. */
  readonly parse: (text: string) => T;
  /** Called after a changed file has been read. */
  readonly onChange?: ((value: T) => void) | undefined;
  /** Called once for each version of the file that cannot be used; the previous value stays. */
  readonly onError: (error: unknown) => void;
  readonly clock?: Clock;
}

/**
 * A file whose content follows changes on disk, within seconds, without blocking the event loop. A file that disappears, cannot be read or
 * parsed keeps the previous value; failed reads are repeated. An empty file replaces a non-empty one only if it is still empty at the next
 * check, because editors and shells truncate before they write.
 */
export class WatchedFile<T> {
  readonly #path: string;
  readonly #options: WatchedFileOptions<T>;
  readonly #clock: Clock;
  #value: T;
  #text: string;
  /** Identifies the version of the file that was last parsed, successfully or not. */
  #version: string;
  /** The error that `onError` was last told; undefined after success. */
  #problem: string | undefined;
  #emptyBefore = false;
  #timer: Timer | undefined;
  #checking: Promise<void> | undefined;
  #closed = false;

  private constructor(path: string, options: WatchedFileOptions<T>, first: Version, value: T) {
    this.#path = path;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#value = value;
    this.#text = first.text;
    this.#version = first.version;
    this.#schedule();
  }

  /** Reads the file. Rejects with the error of the file system, or of `parse`. */
  static async open<T>(path: string, options: WatchedFileOptions<T>): Promise<WatchedFile<T>> {
    const first = await readVersion(path);
    return new WatchedFile(path, options, first, options.parse(first.text));
  }

  get value(): T {
    return this.#value;
  }

  /** Checks the file now; resolves when the check is complete. */
  reload(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = this.#clock.setTimeout(() => void this.reload().finally(() => this.#schedule()), checkInterval);
  }

  async #check(): Promise<void> {
    try {
      if ((await versionOf(this.#path)) === this.#version) return;
      const { text, version } = await readVersion(this.#path);
      const isSuddenlyEmpty = text === '' && this.#text !== '' && !this.#emptyBefore;
      this.#emptyBefore = text === '';
      if (isSuddenlyEmpty || this.#closed) return;
      this.#version = version;
      const value = this.#options.parse(text);
      this.#text = text;
      this.#value = value;
      this.#problem = undefined;
      this.#options.onChange?.(value);
    } catch (error) {
      // A version that fails to parse fails once; a failing read is repeated at every check, but reported once.
      const problem = `${this.#version} ${error instanceof Error ? error.message : error}`;
      if (problem === this.#problem || this.#closed) return;
      this.#problem = problem;
      this.#options.onError(error);
    }
  }
}

interface Version {
  readonly text: string;
  readonly version: string;
}

/** Reads a file between two equal versions, so that a file that is being written is not read in part. */
async function readVersion(path: string): Promise<Version> {
  let before = await versionOf(path);
  for (let attempt = 1; ; attempt += 1) {
    const text = await readFile(path, 'utf8');
    const after = await versionOf(path);
    if (before === after || attempt === attempts) return { text, version: after };
    before = after;
  }
}

/** Changes with the file, also when a symbolic link is changed to another file. */
async function versionOf(path: string): Promise<string> {
  // Rotated secrets often keep the size, and a copy may keep the modification time.
  const { mtimeMs, ctimeMs, size, ino, dev } = await stat(path);
  return `${mtimeMs} ${ctimeMs} ${size} ${ino} ${dev}`;
}
