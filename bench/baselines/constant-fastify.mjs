// node constant-fastify.mjs <file with the body> <headers as JSON> <path>: a Fastify route with one constant response.
import { readFileSync } from 'node:fs';
import fastify from 'fastify';

const [file, headers, path] = process.argv.slice(2);
const body = readFileSync(file);
const fixed = JSON.parse(headers);
const app = fastify();
app.get(path, (_request, reply) => reply.headers(fixed).send(body));
await app.listen({ host: '127.0.0.1', port: 0 });
process.once('disconnect', () => process.exit());
process.send({ url: `http://127.0.0.1:${app.server.address().port}${path}` });
