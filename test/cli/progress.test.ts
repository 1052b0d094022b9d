import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/cli/progress.js';

/** What is written of the same work to a terminal of 20 columns, or to a pipe. */
function written(isTTY: boolean, work: (progress: Progress) => void): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 20 });
  work(new Progress(stream as unknown as NodeJS.WriteStream));
  return String(stream.read() ?? '');
}

describe('progress', () => {
  it('on a terminal is one line that is written over and fits, and is gone at the end', () => {
    const text = written(true, (progress) => {
      progress.show('handling times: summary');
      progress.show('values');
      progress.clear();
    });
    expect(text).toBe('\r\u001b[Khandling times: sum\r\u001b[Kvalues\r\u001b[K');
  });

  it('in a pipe is nothing, but for how far long work has come, now and then', () => {
    const text = written(false, (progress) => {
      progress.show('handling times: summary');
      progress.report('watched 0s of 24h');
      progress.report('watched 10s of 24h');
      progress.clear();
    });
    expect(text).toBe('watched 0s of 24h\n');
  });

  it('leaves lines standing that are to stay', () => {
    const note = (progress: Progress): void => {
      progress.show('values');
      progress.note('before the watch: OK');
    };
    expect(written(true, note)).toBe('\r\u001b[Kvalues\r\u001b[Kbefore the watch: OK\n');
    expect(written(false, note)).toBe('before the watch: OK\n');
  });
});
