// node series-target.mjs <providers> <models per provider>: a scrape target, in its own process so that rendering megabytes of
// exposition does not disturb the measurement. Sends its port to the parent.
import { createServer } from 'node:http';
import { gatewaySeries } from './gateway-series.mjs';

/** Digits of every value; values are written in place, so that a scrape costs next to nothing. */
const width = 12;

const [providers, models] = process.argv.slice(2).map(Number);
const series = gatewaySeries(providers, models);
const started = Date.now();

const lines = [];
const offsets = new Uint32Array(series.length);
let length = 0;
for (const [index, { name, labels }] of series.entries()) {
  const start = `${name}{${labels}} `;
  lines.push(start, '0'.repeat(width), '\n');
  offsets[index] = length + start.length;
  length += start.length + width + 1;
}
const exposition = Buffer.from(lines.join(''), 'latin1');
lines.length = 0;

function writeValues() {
  const seconds = (Date.now() - started) / 1000;
  for (const [index, { base, perSecond }] of series.entries()) {
    let value = Math.floor(base + perSecond * seconds);
    for (let digit = width - 1; digit >= 0; digit -= 1) {
      exposition[offsets[index] + digit] = 48 + (value % 10);
      value = Math.floor(value / 10);
    }
  }
}

const server = createServer((_request, response) => {
  writeValues();
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4', 'content-length': exposition.length });
  response.end(exposition);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port, series: series.length }));
process.once('disconnect', () => process.exit());
