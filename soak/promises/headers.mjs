import { must } from './must.mjs';

/** Headers of every response: safe in a browser, no CORS, correct length. */
export function judgeHeaders({ headers, body, status }, { method }) {
  must(headers['x-content-type-options'] === 'nosniff', 'nosniff', headers);
  must(headers['x-frame-options'] === 'DENY', 'no frames', headers);
  const leaves = Object.keys(headers).filter((name) =>
    /^access-control-|^server$|^x-powered-by$|^set-cookie$/.test(name),
  );
  must(leaves.length === 0, 'no such headers', leaves);
  const length = headers['content-length'];
  if (method === 'HEAD' || status === 304) must(body.length === 0, 'no body', body.length);
  else if (length !== undefined) must(Number(length) === body.length, `${length} bytes`, body.length);
}

/** An error of the metrics paths: JSON with a code, `no-store`. */
export function judgeError({ status, headers, body }, { method, reader, area }) {
  const codes = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    405: 'method_not_allowed',
    429: 'rate_limited',
  };
  must(status in codes, `one of ${Object.keys(codes)}`, status);
  must(/^application\/json/.test(headers['content-type'] ?? ''), 'JSON', headers['content-type']);
  must(headers['cache-control'] === 'no-store', 'no-store', headers['cache-control']);
  judgeRefusal({ status, headers }, { reader, area });
  if (status === 405) must(headers.allow === 'GET, HEAD', 'Allow: GET, HEAD', headers.allow);
  if (method === 'HEAD') return;
  const { error, paths } = JSON.parse(String(body));
  must(error.code === codes[status] && error.message !== '', `the code ${codes[status]}`, error);
  if (status === 404) must(paths.length === 10, 'ten paths', paths);
}

/** Headers that tell a refused reader how to continue. */
export function judgeRefusal({ status, headers }, { reader, area }) {
  const challenge = headers['www-authenticate'];
  if (status === 401) must(challenge === 'Bearer realm="gatewayz-metrics"', 'a challenge', challenge);
  if (status === 403) {
    const scope = `Bearer realm="gatewayz-metrics", error="insufficient_scope", scope="${area}"`;
    must(challenge === scope, scope, challenge);
  }
  if (status === 429) must(/^[1-9]\d?$/.test(headers['retry-after'] ?? ''), 'Retry-After', headers['retry-after']);
  const refused = [401, 403].includes(status) || (status === 429 && area === 'metrics');
  if (refused) must(reader !== 'right', 'no refusal of a valid token', status);
}
