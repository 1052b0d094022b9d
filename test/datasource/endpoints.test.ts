import { expect, test } from 'vitest';
import { endpoints, findEndpoint } from '../../src/datasource/endpoints.js';
import { startDatasource } from './start-datasource.js';

const examples = endpoints.map(({ path, methods }) => ({ path: path.replace('<name>', 'job'), methods }));

test('the table has what Grafana calls, and nothing that administers, federates or writes', () => {
  expect(endpoints.map(({ path, methods }) => `${methods.join('|')} ${path}`)).toEqual([
    'GET|POST /query',
    'GET|POST /query_range',
    'GET|POST /query_exemplars',
    'GET|POST /series',
    'GET|POST /labels',
    'GET /label/<name>/values',
    'GET /metadata',
    'GET /status/buildinfo',
    'GET /rules',
    'GET /alerts',
    'GET|POST /format_query',
  ]);
});

test.each(examples)('$path is asked of the upstream with each of its methods', async ({ path, methods }) => {
  const { ask, fake } = await startDatasource();
  fake.behave((response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"success"}'),
  );
  for (const method of methods) expect((await ask(`/api/v1${path}`, { method })).status).toBe(200);
  expect(fake.requests.map((request) => `${request.method} ${request.path}`)).toEqual(
    methods.map((method) => `${method} /api/v1${path}`),
  );
});

test.each(examples)(
  '$path answers a method that it does not have with 405 and Allow, and OPTIONS with 204, without asking',
  async ({ path, methods }) => {
    const { ask, fake } = await startDatasource();
    const allow = [...methods, 'OPTIONS'].sort().join(', ');
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'REPORT']) {
      if (methods.includes(method)) continue;
      const { status, headers, body } = await ask(`/api/v1${path}`, { method });
      expect({ method, status, allow: headers.allow, type: headers['content-type'] }).toEqual({
        method,
        status: 405,
        allow,
        type: 'text/plain; charset=utf-8',
      });
      expect(body.toString()).toBe(method === 'HEAD' ? '' : 'Method Not Allowed\n');
    }
    const options = await ask(`/api/v1${path}`, { method: 'OPTIONS', headers: { origin: 'http://elsewhere' } });
    expect(options.status).toBe(204);
    expect(Object.keys(options.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(fake.requests).toEqual([]);
  },
);

test.each([
  '',
  '/',
  '/nonsense',
  '/query/',
  '//query',
  '/./query',
  '/../v1/query',
  '/%71uery',
  '/query%2f',
  '/status/flags',
  '/status/config',
  '/status/tsdb',
  '/targets',
  '/read',
  '/write',
  '/admin/tsdb/snapshot',
  '/label/values',
  '/label//values',
  '/label/./values',
  '/label/../values',
  '/label/%2e%2e/values',
  '/label/a%2Fb/values',
  '/label/..%2f..%2fadmin/values',
  '/label/%zz/values',
  '/label/%ff/values',
  '/label/<name>/values/x',
  '/label/job/values/',
])('%s leads nowhere: 404 as Prometheus says it, whatever the method, without asking', async (path) => {
  const { ask, fake } = await startDatasource();
  for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
    const { status, headers, body } = await ask(`/api/v1${path}`, { method });
    expect([status, headers['content-type'], body.toString()]).toEqual([
      404,
      'text/plain; charset=utf-8',
      '404 page not found\n',
    ]);
  }
  expect(fake.requests).toEqual([]);
});

test('a label name may be any text but what is another path, and reaches the upstream as one segment', () => {
  expect(findEndpoint('/label/http.method/values')?.path).toBe('/label/http.method/values');
  expect(findEndpoint('/label/U__a_3A_b/values')?.path).toBe('/label/U__a_3A_b/values');
  expect(findEndpoint('/label/%E2%82%AC?/values')?.path).toBe('/label/%E2%82%AC%3F/values');
  expect(findEndpoint('/label/<name>/values')?.path).toBe('/label/%3Cname%3E/values');
});

test('it is mounted where it is told, the root included, and only there', async () => {
  for (const prefix of ['', '/a', '/a/b.c']) {
    const { ask, datasource, fake } = await startDatasource({ prefix });
    const answer = await ask('/api/v1/query?query=up&time=4');
    expect(answer.body.toString()).toBe('{"status":"success","data":{"resultType":"vector","result":[]}}');
    expect(fake.requests.map((request) => request.path)).toEqual(['/api/v1/query']);
    expect(datasource.owns(`${prefix}/api/v1/query`)).toBe(true);
    expect(datasource.owns(`${prefix}/api/v1x/query`)).toBe(false);
    expect(datasource.owns(`${prefix}/metrics`)).toBe(false);
  }
  const { datasource } = await startDatasource({ prefix: '/a' });
  expect(datasource.owns('/api/v1/query')).toBe(false);
});
