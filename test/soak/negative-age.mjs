// Breaks one promise of the service that loads it: some answers are older than nothing.
import { ServerResponse } from 'node:http';

const { writeHead } = ServerResponse.prototype;
let answers = 0;
ServerResponse.prototype.writeHead = function writeHeadWrongly(status, headers) {
  answers += 1;
  const wrong = headers?.age !== undefined && answers % 10 === 0;
  return writeHead.call(this, status, wrong ? { ...headers, age: '-1' } : headers);
};
