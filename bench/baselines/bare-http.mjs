// node bare-http.mjs <file with the body> <headers as JSON> <path>: a node:http server with one constant response.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file, headers, path] = process.argv.slice(2);
const body = readFileSync(file);
const fixed = { ...JSON.parse(headers), 'content-length': body.length };
const server = createServer((_request, response) => {
  response.writeHead(200, fixed);
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}${path}` }));
process.once('disconnect', () => process.exit());
