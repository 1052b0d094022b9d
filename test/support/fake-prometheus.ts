import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Vector } from '../../src/model.js';

/** A request as the fake understood it. */
export interface FakeRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** Of the URL and of a form body together. */
  readonly params: URLSearchParams;
  /** The `query` parameter; empty text where there is none. */
  readonly promql: string;
  readonly headers: IncomingHttpHeaders;
  /** When its headers came, epoch milliseconds. */
  readonly at: number;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
}

/** What a query gives: a vector, or the API's `data` as it stands. */
export type FakeResult = Vector | { readonly resultType: string; readonly result: unknown };

/** By PromQL; a promise is answered when it settles, with status 422 if it rejects. */
export type FakeAnswers = (promql: string, request: FakeRequest) => FakeResult | Promise<FakeResult>;

/** Answers in place of the fake, or does not. */
export type Behaviour = (response: ServerResponse, request: FakeRequest) => void;

export interface FakePrometheus {
  readonly url: string;
  readonly port: number;
  /** Every request so far, in the order in which they came. */
  readonly requests: readonly FakeRequest[];
  /** Requests that have not been answered in full, now and at most. */
  readonly inFlight: number;
  readonly maxInFlight: number;
  /** Connections that were opened so far, and those that are open now. */
  readonly connections: number;
  readonly openConnections: number;
  /** Bytes handed to the network on all connections. */
  readonly bytesSent: number;
  /** What queries give from now on; of a table, queries that are not in it give an empty vector, as they all do at first. */
  answer(answers: FakeAnswers | Readonly<Record<string, FakeResult>>): void;
  /** What the label values API gives from now on, by label; labels that are not there have no values. */
  labels(values: Readonly<Record<string, readonly string[]>>): void;
  /** Behaves so towards all requests, or those that `when` picks, until `recover`. What was said last goes first. */
  behave(behaviour: Behaviour, when?: (request: FakeRequest) => boolean): void;
  /** Behaves so once: towards the next request, or the next that `when` picks. */
  behaveOnce(behaviour: Behaviour, when?: (request: FakeRequest) => boolean): void;
  /** Answers as Prometheus again. Requests that hang go on hanging. */
  recover(): void;
  close(): Promise<void>;
}

export interface FakePrometheusOptions {
  readonly port?: number;
  /** PEM texts; with them it speaks https. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

interface Rule {
  readonly behaviour: Behaviour;
  readonly when: (request: FakeRequest) => boolean;
  readonly once: boolean;
}

/**
 * A Prometheus on 127.0.0.1 that answers what it is told, or misbehaves as `fake-upstream-behaviours.ts` describes. It knows instant
 * queries and label values, below any path prefix; everything else is 404.
 */
export async function startFakePrometheus(options: FakePrometheusOptions = {}): Promise<FakePrometheus> {
  const requests: FakeRequest[] = [];
  const sockets = new Map<Socket, number>();
  let rules: Rule[] = [];
  let answers: FakeAnswers = () => [];
  let labels: Readonly<Record<string, readonly string[]>> = {};
  let inFlight = 0;
  let maxInFlight = 0;

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    inFlight += 1;
    maxInFlight = Math.max(maxInFlight, inFlight);
    response.on('close', () => {
      inFlight -= 1;
    });
    const request = await readRequest(incoming, sockets.get(incoming.socket) ?? 0);
    requests.push(request);
    const rule = rules.findLast(({ when }) => when(request));
    if (rule?.once) rules = rules.filter((other) => other !== rule);
    if (rule !== undefined) return rule.behaviour(response, request);
    const label = /\/api\/v1\/label\/(.+)\/values$/.exec(request.path)?.[1];
    if (label !== undefined) return send(response, 200, { status: 'success', data: labels[label] ?? [] });
    if (!request.path.endsWith('/api/v1/query')) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
      return;
    }
    try {
      const data = toData(await answers(request.promql, request), Number(request.params.get('time')));
      send(response, 200, { status: 'success', data });
    } catch (error) {
      send(response, 422, { status: 'error', errorType: 'execution', error: String(error) });
    }
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse) => {
    // A request that breaks off has nobody to be answered.
    serve(incoming, response).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.set(socket, sockets.size + 1);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const addRule = (rule: Rule) => rules.push(rule);
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    get inFlight() {
      return inFlight;
    },
    get maxInFlight() {
      return maxInFlight;
    },
    get connections() {
      return sockets.size;
    },
    get openConnections() {
      return [...sockets.keys()].filter((socket) => !socket.destroyed).length;
    },
    get bytesSent() {
      return [...sockets.keys()].reduce((sum, socket) => sum + socket.bytesWritten, 0);
    },
    answer: (given) => {
      answers = typeof given === 'function' ? given : (promql) => given[promql] ?? [];
    },
    labels: (values) => {
      labels = values;
    },
    behave: (behaviour, when = () => true) => addRule({ behaviour, when, once: false }),
    behaveOnce: (behaviour, when = () => true) => addRule({ behaviour, when, once: true }),
    recover: () => {
      rules = [];
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readRequest(incoming: IncomingMessage, connection: number): Promise<FakeRequest> {
  const at = Date.now();
  const { pathname, searchParams: params } = new URL(incoming.url ?? '/', 'http://fake');
  for (const [name, value] of new URLSearchParams(await text(incoming))) params.append(name, value);
  const { method = '', headers } = incoming;
  return {
    method,
    path: decodeURIComponent(pathname),
    params,
    promql: params.get('query') ?? '',
    headers,
    at,
    connection,
  };
}

function toData(result: FakeResult, time: number): unknown {
  if ('resultType' in result) return result;
  const elements = result.map(({ labels, value }) => ({ metric: labels, value: [time, value] }));
  return { resultType: 'vector', result: elements };
}

function send(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}
