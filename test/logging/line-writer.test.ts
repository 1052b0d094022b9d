import { expect, test } from 'vitest';
import { LineWriter } from '../../src/logging/line-writer.js';

function setup() {
  const written: string[] = [];
  const told: string[] = [];
  const open: ((error?: Error | null) => void)[] = [];
  const output = {
    write(text: string, done: (error?: Error | null) => void) {
      written.push(text);
      open.push(done);
    },
  };
  const writer = new LineWriter(output, {
    onLost: (reason) => told.push(reason),
    onRecovered: (count) => told.push(`recovered, ${count} lost`),
  });
  const finish = (error?: Error) => open.shift()!(error);
  return { written, told, writer, finish };
}

test('lines that come while one is being written are written together, in order', () => {
  const { written, writer, finish } = setup();
  for (const line of ['1\n', '2\n', '3\n']) writer.write(line);
  expect(written).toEqual(['1\n']);
  finish();
  expect(written).toEqual(['1\n', '2\n3\n']);
});

test('an output that is stuck loses lines beyond a mebibyte, told once, and the number when it goes on', () => {
  const { written, told, writer, finish } = setup();
  const line = `${'x'.repeat(1023)}\n`;
  for (let count = 0; count < 1_500; count += 1) writer.write(line);
  expect([written.length, writer.lost, told]).toEqual([1, 476, ['is not read']]);
  finish();
  expect(told).toEqual(['is not read', 'recovered, 476 lost']);
  finish();
  writer.write('on\n');
  expect([written.at(-1), writer.lost]).toEqual(['on\n', 476]);
});

test('an output that fails loses what it was given, told once while it lasts, and is tried again', () => {
  const { told, writer, finish } = setup();
  for (let count = 0; count < 3; count += 1) {
    writer.write('line\n');
    finish(new Error('ENOSPC: no space left on device'));
  }
  expect(told).toEqual(['cannot be written (ENOSPC: no space left on device)']);
  writer.write('line\n');
  finish();
  expect([told.at(-1), writer.lost]).toEqual(['recovered, 3 lost', 3]);
});

test('closing waits for what is being written, and not for an output that is stuck', async () => {
  const { writer, finish } = setup();
  await writer.close(60_000);
  writer.write('line\n');
  const closed = writer.close(60_000);
  finish();
  await closed;
  writer.write('line\n');
  await writer.close(1);
});
