import { Agent, createServer, request } from 'node:http';

/** A proxy in front of an upstream on this machine that can be told to misbehave. */
export async function startFaultProxy(upstream) {
  const { port: target } = new URL(upstream);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let misbehaviour;
  let port = 0;

  const server = createServer((incoming, outgoing) => {
    const pass = (through = outgoing) => passOn(incoming, through);
    if (misbehaviour) misbehaviour(outgoing, pass, incoming);
    else pass();
  });
  const listen = () =>
    new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        port = server.address().port;
        resolve();
      });
    });
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });

  function passOn(incoming, outgoing) {
    const { method, url, headers } = incoming;
    const sent = request({ host: '127.0.0.1', port: target, method, path: url, headers, agent }, (response) => {
      outgoing.writeHead(response.statusCode, response.headers);
      response.pipe(outgoing);
    });
    sent.on('error', () => outgoing.destroy());
    outgoing.once('close', () => sent.destroy());
    incoming.pipe(sent);
  }

  await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    /** Handles every request with `how` until `recover`, which closes all connections. */
    misbehave(how) {
      misbehaviour = how;
    },
    recover() {
      misbehaviour = undefined;
      server.closeAllConnections();
    },
    /** Refuses connections until `start`. */
    stop: close,
    start: listen,
    async close() {
      agent.destroy();
      if (server.listening) await close();
    },
  };
}
