import { Agent, createServer, request } from 'node:http';

/** A proxy before an upstream on this machine, which passes everything on until it is told to misbehave. */
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
    const asked = request({ host: '127.0.0.1', port: target, method, path: url, headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    const stop = () => asked.destroy();
    asked.on('error', () => outgoing.destroy());
    outgoing.once('close', stop);
    incoming.pipe(asked);
  }

  await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    /** From now on answers so; what hangs meanwhile is broken off when it ends. */
    misbehave(how) {
      misbehaviour = how;
    },
    recover() {
      misbehaviour = undefined;
      server.closeAllConnections();
    },
    /** Refuses connections until `rise`. */
    fall: close,
    rise: listen,
    async close() {
      agent.destroy();
      if (server.listening) await close();
    },
  };
}
