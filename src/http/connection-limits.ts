import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Requests of one connection that are handled at once. Further pipelined requests wait, and no more are read. */
const maxPipelined = 8;

interface Connection {
  /** Responses in progress or waiting, in the order of their requests. */
  readonly responses: ServerResponse[];
  /** Requests that wait until fewer are handled. */
  readonly waiting: (() => void)[];
  handled: number;
  paused: boolean;
  /** Milliseconds: the longest time limit among the responses in progress. */
  longest: number;
  /** When the first response must be complete, on the clock of `performance.now()`. */
  deadline: number;
  /** When the timer fires. */
  timerAt: number;
  timer: NodeJS.Timeout | undefined;
}

export interface ConnectionTracker {
  /** Adds a new connection. */
  add(socket: Socket): void;
  /**
   * Runs `handle` when its turn comes, and limits the response: milliseconds from the headers of its request to its last byte. Then the
   * connection is destroyed.
   */
  track(request: IncomingMessage, response: ServerResponse, milliseconds: number, handle: () => void): void;
  /** Whether a response is being sent on the connection. */
  isSending(socket: Socket): boolean;
  /** Closes connections without a request in progress now, and the others after their last response. */
  close(): void;
}

/**
 * Limits each connection: pipelined requests, and the time for each response, because Node.js waits forever for a client that does not
 * read. The time of a pipelined request starts when the response before it ends.
 *
 * A connection has one timer, which outlives responses and checks the deadline when it fires: most responses are complete at once, and a
 * timer for each would be a significant part of their cost.
 */
export function trackConnections(): ConnectionTracker {
  const connections = new Map<Socket, Connection>();
  let closing = false;

  const arm = (socket: Socket, connection: Connection): void => {
    const check = (): void => {
      connection.timer = undefined;
      if (connection.responses.length === 0) return;
      if (connection.deadline > performance.now()) arm(socket, connection);
      else socket.destroy();
    };
    clearTimeout(connection.timer);
    connection.timerAt = connection.deadline;
    connection.timer = setTimeout(check, connection.deadline - performance.now()).unref();
  };

  const add = (socket: Socket): Connection => {
    const known = connections.get(socket);
    if (known) return known;
    const created: Connection = {
      responses: [],
      waiting: [],
      handled: 0,
      paused: false,
      longest: 0,
      deadline: 0,
      timerAt: 0,
      timer: undefined,
    };
    connections.set(socket, created);
    // A response that waits behind another is never told that the connection closed.
    socket.once('close', () => {
      connections.delete(socket);
      created.waiting.length = 0;
      clearTimeout(created.timer);
    });
    return created;
  };

  /** Later, because Node.js resumes the socket after every request that it parsed. */
  const pauseSoon = (socket: Socket, connection: Connection): void => {
    if (connection.paused) return;
    connection.paused = true;
    setImmediate(() => {
      if (connection.paused) socket.pause();
    });
  };

  const finish = (socket: Socket, connection: Connection): void => {
    connection.responses.shift();
    connection.handled -= 1;
    const count = connection.responses.length;
    if (count === 0) connection.longest = 0;
    else connection.deadline = performance.now() + connection.longest;
    if (connection.paused && count <= maxPipelined) {
      connection.paused = false;
      socket.resume();
    }
    const next = connection.waiting.shift();
    if (next) {
      connection.handled += 1;
      next();
    }
    if (closing && count === 0) socket.destroySoon();
  };

  return {
    add,
    track(request, response, milliseconds, handle) {
      const { socket } = request;
      const connection = add(socket);
      const count = connection.responses.push(response);
      connection.longest = Math.max(connection.longest, milliseconds);
      if (count === 1) connection.deadline = performance.now() + connection.longest;
      if (connection.timer === undefined || connection.deadline < connection.timerAt) arm(socket, connection);
      // Else Node.js would read on when the response ends, to drop the rest of the request.
      if (count > 1 && (request.method === 'GET' || request.method === 'HEAD')) request.resume();
      if (count > maxPipelined) pauseSoon(socket, connection);
      response.once('close', () => finish(socket, connection));
      if (connection.handled < maxPipelined) {
        connection.handled += 1;
        handle();
      } else connection.waiting.push(handle);
    },
    isSending: (socket) => connections.get(socket)?.responses[0]?.headersSent === true,
    close() {
      closing = true;
      for (const [socket, { responses }] of connections) if (responses.length === 0) socket.destroy();
    },
  };
}
