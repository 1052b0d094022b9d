import type { WriteStream } from 'node:tty';
import type { Color } from './format-field.js';
import type { Paint, ScreenSize } from './render-screen.js';

const codes: Readonly<Record<Color, string>> = { green: '32', yellow: '33', red: '31', dim: '2', bold: '1' };
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l';

export interface TerminalScreen {
  /** Draws the lines that `render` makes for the current size, again when the size changes. */
  draw(render: (size: ScreenSize, paint: Paint) => readonly string[]): void;
  /** Restores the terminal's normal screen. May be called more than once. */
  destroy(): void;
}

/** Takes over the terminal's alternate screen: no scrollback, no cursor, no wrapping. */
export function openTerminalScreen(terminal: WriteStream, env: NodeJS.ProcessEnv): TerminalScreen {
  const paint: Paint = (text, color) =>
    color === undefined || env['NO_COLOR'] ? text : `\u001b[${codes[color]}m${text}\u001b[0m`;
  let last: Parameters<TerminalScreen['draw']>[0] | undefined;
  const redraw = () => {
    if (last === undefined) return;
    const { columns = 80, rows = 24 } = terminal;
    const lines = last({ columns, rows }, paint);
    terminal.write(`\u001b[H${lines.map((line) => `\u001b[2K${line}`).join('\r\n')}\u001b[J`);
  };
  let open = true;
  const destroy = () => {
    if (!open) return;
    open = false;
    terminal.off('resize', redraw);
    process.off('exit', destroy);
    terminal.write(leave);
  };
  terminal.write(enter);
  terminal.on('resize', redraw);
  process.once('exit', destroy);
  return {
    draw(render) {
      last = render;
      redraw();
    },
    destroy,
  };
}
