import { readFile, stat } from 'node:fs/promises';
import { type Clock, systemClock, type Timer } from '../clock.js';

/** Milliseconds between two checks in the background. */
const checkInterval = 2_000;

export interface WatchedFileOptions<T> {
  readonly path: string;
  /** Throws for content that cannot be used; the last good value stays. */
  readonly parse: (text: string) => T;
  /** Called with every value after the first. */
  readonly onChange?: (value: T) => void;
  /** Called once per problem: with what `parse` threw, or the file system's error. */
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
}

/**
 * The parsed content of a file, read again when the file changes. A failed read is tried again at the next check. A file that
 * becomes empty counts only if it is still empty at the check after: it may be in the middle of being rewritten.
 */
export class WatchedFile<T> {
  readonly #options: WatchedFileOptions<T>;
  readonly #clock: Clock;
  #loaded: { readonly value: T } | undefined;
  /** Identity of the content that was parsed last, whether or not it could be used. */
  #stamp: string | undefined;
  #emptyStamp: string | undefined;
  #problem: string | undefined;
  #check: Promise<void> | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: WatchedFileOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** The last good value; undefined before the first. */
  get value(): T | undefined {
    return this.#loaded?.value;
  }

  /** Reads the file for the first time; rejects with the file system's error or with what `parse` throws. */
  async load(): Promise<T> {
    const { path, parse } = this.#options;
    // The stamp is taken before the read: a change in between is seen at the next check.
    const stamp = await stampOf(path);
    const value = parse(await readFile(path, 'utf8'));
    this.#stamp = stamp;
    this.#loaded = { value };
    return value;
  }

  /** Reads the file if it has changed. Never rejects; concurrent calls share one check. */
  check(): Promise<void> {
    this.#check ??= this.#readChange()
      .catch((error: unknown) => this.#report(error))
      .finally(() => {
        this.#check = undefined;
      });
    return this.#check;
  }

  /** The value after a check, or after the first read. Rejects only while there never was a good value. */
  async current(): Promise<T> {
    if (this.#loaded === undefined) return this.load();
    await this.check();
    return this.#loaded.value;
  }

  /** Checks in the background, every two seconds, until `destroy`. */
  watch(): void {
    if (this.#closed) return;
    this.#timer = this.#clock.setTimeout(() => void this.check().then(() => this.watch()), checkInterval);
  }

  destroy(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #readChange(): Promise<void> {
    const { path, parse, onChange } = this.#options;
    const stamp = await stampOf(path);
    if (stamp === this.#stamp) {
      this.#problem = undefined;
      return;
    }
    const text = await readFile(path, 'utf8');
    // Changed while it was read: the next check reads the whole of it.
    if ((await stampOf(path)) !== stamp) return;
    if (text.trim() === '' && this.#emptyStamp !== stamp) {
      this.#emptyStamp = stamp;
      return;
    }
    this.#stamp = stamp;
    const value = parse(text);
    this.#problem = undefined;
    this.#loaded = { value };
    onChange?.(value);
  }

  #report(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.onError?.(error);
  }
}

/**
 * Changes when the file does, or when a link to it is pointed at another file. A rotated secret may keep the size, a copy the
 * modification time, and a replaced file can get the same inode on another device.
 */
async function stampOf(path: string): Promise<string> {
  const { mtimeNs, ctimeNs, size, ino, dev } = await stat(path, { bigint: true });
  return `${mtimeNs} ${ctimeNs} ${size} ${ino} ${dev}`;
}
