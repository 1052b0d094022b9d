import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Unanswered {
  count: number;
  /** Milliseconds: the longest that any of them may take. */
  longest: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Gives each answer so many milliseconds, from the headers of its request to its last byte, and then cuts the connection:
 * Node.js would wait for ever for a client that does not read. Requests that wait behind another count from its end.
 */
export function answerDeadlines(): (socket: Socket, response: ServerResponse, milliseconds: number) => void {
  const connections = new WeakMap<Socket, Unanswered>();

  const arm = (socket: Socket, unanswered: Unanswered): void => {
    unanswered.timer = setTimeout(() => socket.destroy(), unanswered.longest).unref();
  };
  const disarm = (unanswered: Unanswered): void => {
    clearTimeout(unanswered.timer);
    unanswered.timer = undefined;
  };
  /** One for each connection: an answer that waits behind another is never told that the connection has gone. */
  const connectionOf = (socket: Socket): Unanswered => {
    const known = connections.get(socket);
    if (known) return known;
    const unanswered: Unanswered = { count: 0, longest: 0, timer: undefined };
    connections.set(socket, unanswered);
    return unanswered;
  };

  return (socket, response, milliseconds) => {
    const unanswered = connectionOf(socket);
    unanswered.count += 1;
    unanswered.longest = Math.max(unanswered.longest, milliseconds);
    if (unanswered.timer === undefined) arm(socket, unanswered);
    response.once('close', () => {
      disarm(unanswered);
      unanswered.count -= 1;
      if (unanswered.count === 0) unanswered.longest = 0;
      else if (!socket.destroyed) arm(socket, unanswered);
    });
  };
}
