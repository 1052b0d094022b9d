import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RawConnection {
  readonly socket: Socket;
  /** What came so far, one character per byte. */
  readonly received: string;
  /** Resolves when the other side has closed the connection, however. */
  readonly closed: Promise<void>;
}

/** A connection to a port of 127.0.0.1 that says nothing by itself; destroyed when the test has finished. */
export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  // A reset is one way of closing.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return {
    socket,
    get received() {
      return received;
    },
    closed,
  };
}

/** Milliseconds without a word after which nobody expects the end of a connection any more. */
const patience = 20_000;

/** Sends these bytes and resolves, with all that came, when the other side has closed the connection; rejects if it does not. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  const connection = await rawConnection(port);
  const { socket } = connection;
  const silence = new Promise<never>((_, reject) => {
    socket.setTimeout(patience, () => reject(new Error(`the connection stays open after: ${connection.received}`)));
  });
  socket.write(bytes);
  await Promise.race([connection.closed, silence]);
  return connection.received;
}
