import { EventEmitter } from 'node:events';
import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { openTerminalScreen } from '../../../../src/tools/demo/screen/terminal-screen.js';

function fakeTerminal() {
  const written: string[] = [];
  const terminal = Object.assign(new EventEmitter(), {
    columns: 80,
    rows: 24,
    write: (text: string) => written.push(text),
  });
  return { terminal, written, stream: terminal as unknown as WriteStream };
}

test('the alternate screen is entered and left again, once', () => {
  const { stream, written, terminal } = fakeTerminal();
  const screen = openTerminalScreen(stream, {});
  expect(written.join('')).toContain('\u001b[?1049h');
  screen.destroy();
  screen.destroy();
  expect(written.join('').split('\u001b[?1049l')).toHaveLength(2);
  expect(terminal.listenerCount('resize')).toBe(0);
});

test('a line is erased before it is written, so that its last column survives and nothing of the old line does', () => {
  const { stream, written, terminal } = fakeTerminal();
  const screen = openTerminalScreen(stream, {});
  screen.draw(({ columns, rows }) => [`${columns}`, `${rows}`]);
  expect(written.at(-1)).toBe('\u001b[H\u001b[2K80\r\n\u001b[2K24\u001b[J');
  Object.assign(terminal, { columns: 130, rows: 45 });
  terminal.emit('resize');
  expect(written.at(-1)).toBe('\u001b[H\u001b[2K130\r\n\u001b[2K45\u001b[J');
  screen.destroy();
});

test('NO_COLOR is honoured', () => {
  for (const [env, text] of [
    [{}, '\u001b[31mx\u001b[0m'],
    [{ NO_COLOR: '1' }, 'x'],
  ] as const) {
    const { stream, written } = fakeTerminal();
    const screen = openTerminalScreen(stream, env);
    screen.draw((_size, paint) => [paint('x', 'red')]);
    expect(written.at(-1)).toContain(`\u001b[2K${text}\u001b[J`);
    screen.destroy();
  }
});
