import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Requests in progress on one connection from which on no more are read: pipelined requests wait in the client. */
const maxPipelined = 8;

interface Connection {
  /** Responses in progress. */
  count: number;
  /** Whether the bytes of a response have begun to go out; an error response must not follow them. */
  response: ServerResponse | undefined;
  /** Milliseconds: the longest time limit among the responses in progress. */
  longest: number;
  /** When the first response must be complete, on the clock of `performance.now()`. */
  deadline: number;
  /** When the timer fires. */
  timerAt: number;
  timer: NodeJS.Timeout | undefined;
}

export interface ConnectionTracker {
  /** Limits a response: milliseconds from the headers of its request to its last byte. Then the connection is destroyed. */
  track(socket: Socket, response: ServerResponse, milliseconds: number): void;
  /** Whether a response is being sent on the connection. */
  isSending(socket: Socket): boolean;
}

/**
 * Limits each connection: pipelined requests, and the time for each response, because Node.js waits forever for a client that does not
 * read. The time of a pipelined request starts when the response before it ends.
 *
 * A connection has one timer, which outlives responses and checks the deadline when it fires: most responses are complete at once, and a
 * timer for each would be a significant part of their cost.
 */
export function trackConnections(): ConnectionTracker {
  const connections = new WeakMap<Socket, Connection>();

  const arm = (socket: Socket, connection: Connection): void => {
    const check = (): void => {
      connection.timer = undefined;
      if (connection.count === 0) return;
      if (connection.deadline > performance.now()) arm(socket, connection);
      else socket.destroy();
    };
    clearTimeout(connection.timer);
    connection.timerAt = connection.deadline;
    connection.timer = setTimeout(check, connection.deadline - performance.now()).unref();
  };
  /** One listener for each connection: a response that waits behind another is never told that the connection closed. */
  const connectionOf = (socket: Socket): Connection => {
    const known = connections.get(socket);
    if (known) return known;
    const created: Connection = {
      count: 0,
      response: undefined,
      longest: 0,
      deadline: 0,
      timerAt: 0,
      timer: undefined,
    };
    connections.set(socket, created);
    socket.once('close', () => clearTimeout(created.timer));
    // Node.js resumes reading after each request.
    socket.on('resume', () => {
      if (created.count >= maxPipelined) socket.pause();
    });
    return created;
  };

  return {
    track(socket, response, milliseconds) {
      const connection = connectionOf(socket);
      connection.count += 1;
      connection.response ??= response;
      connection.longest = Math.max(connection.longest, milliseconds);
      if (connection.count === 1) connection.deadline = performance.now() + connection.longest;
      if (connection.count === maxPipelined) socket.pause();
      if (connection.timer === undefined || connection.deadline < connection.timerAt) arm(socket, connection);
      response.once('close', () => {
        connection.count -= 1;
        connection.response = undefined;
        if (connection.count === maxPipelined - 1) socket.resume();
        if (connection.count === 0) connection.longest = 0;
        else connection.deadline = performance.now() + connection.longest;
      });
    },
    isSending: (socket) => connections.get(socket)?.response?.headersSent === true,
  };
}
