import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

interface Unanswered {
  count: number;
  /** Milliseconds: the longest that any of them may take. */
  longest: number;
  /** When the first of them must have gone out, as `performance.now()` counts. */
  deadline: number;
  /** When the timer fires. */
  look: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Gives each answer so many milliseconds, from the headers of its request to its last byte, and then cuts the connection:
 * Node.js would wait for ever for a client that does not read. Requests that wait behind another count from its end.
 *
 * A connection has one timer, which outlives the answers and looks at the deadline when it fires: most answers are gone at
 * once, and setting a timer for each would be a good part of what they cost.
 */
export function limitConnections(): (socket: Socket, response: ServerResponse, milliseconds: number) => void {
  const connections = new WeakMap<Socket, Unanswered>();

  const arm = (socket: Socket, unanswered: Unanswered): void => {
    const look = (): void => {
      unanswered.timer = undefined;
      if (unanswered.count === 0) return;
      if (unanswered.deadline > performance.now()) arm(socket, unanswered);
      else socket.destroy();
    };
    clearTimeout(unanswered.timer);
    unanswered.look = unanswered.deadline;
    unanswered.timer = setTimeout(look, unanswered.deadline - performance.now()).unref();
  };
  /** One for each connection: an answer that waits behind another is never told that the connection has gone. */
  const connectionOf = (socket: Socket): Unanswered => {
    const known = connections.get(socket);
    if (known) return known;
    const unanswered: Unanswered = { count: 0, longest: 0, deadline: 0, look: 0, timer: undefined };
    connections.set(socket, unanswered);
    socket.once('close', () => clearTimeout(unanswered.timer));
    return unanswered;
  };

  return (socket, response, milliseconds) => {
    const unanswered = connectionOf(socket);
    unanswered.count += 1;
    unanswered.longest = Math.max(unanswered.longest, milliseconds);
    if (unanswered.count === 1) unanswered.deadline = performance.now() + unanswered.longest;
    if (unanswered.timer === undefined || unanswered.deadline < unanswered.look) arm(socket, unanswered);
    response.once('close', () => {
      unanswered.count -= 1;
      if (unanswered.count === 0) unanswered.longest = 0;
      else unanswered.deadline = performance.now() + unanswered.longest;
    });
  };
}
