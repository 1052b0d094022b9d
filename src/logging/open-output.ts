import { fstatSync, write } from 'node:fs';
import { Socket } from 'node:net';
import { isatty, WriteStream } from 'node:tty';

/** Output that never blocks the event loop. `done` is called once the text is written, or with the error. */
export interface Output {
  write(text: string, done: (error?: Error | null) => void): void;
}

/**
 * Opens a standard stream of the process as non-blocking output, apart from `process.stdout`, whose errors are the
 * host's. Files are written in the thread pool; pipes, sockets and terminals by the event loop.
 */
export function openOutput(fd: 1 | 2): Output {
  if (!isStream(fd)) return { write: (text, done) => write(fd, text, (error) => done(error)) };
  const stream = isatty(fd) ? new WriteStream(fd) : new Socket({ fd, readable: false, writable: true });
  // Every write reports its error to `done`.
  stream.on('error', () => {});
  stream.unref();
  return {
    write(text, done) {
      if (stream.destroyed) done(new Error('the stream is closed'));
      else stream.write(text, (error) => done(error));
    },
  };
}

function isStream(fd: number): boolean {
  if (isatty(fd)) return true;
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}
