// Makes the service that loads it keep something of every request: memory, and an open file.
import { openSync } from 'node:fs';
import { ServerResponse } from 'node:http';

const kept = [];
const { writeHead } = ServerResponse.prototype;
ServerResponse.prototype.writeHead = function writeHeadAndKeep(...args) {
  kept.push({ numbers: Array.from({ length: 25_000 }, Math.random), file: openSync('/dev/null', 'r') });
  return writeHead.apply(this, args);
};
