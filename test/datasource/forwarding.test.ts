import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { PrometheusSettings } from '../../src/prometheus/prometheus-settings.js';
import { form, serveDatasource } from './start-datasource.js';
import { startRecorder } from './start-recorder.js';

const json = { 'content-type': 'application/json' };
const success = '{"status":"success","data":[]}';

/** A datasource before an upstream that keeps what it is sent, and answers so. */
async function start(
  options: { body?: string | Buffer; headers?: Record<string, string | string[]>; status?: number } = {},
  upstream: Partial<PrometheusSettings> = {},
) {
  const { body = success, headers = json, status = 200 } = options;
  const recorder = await startRecorder((response) => response.writeHead(status, headers).end(body));
  const prometheusUrl = `${recorder.url}${upstream.prometheusUrl ?? ''}`;
  return { recorder, ...(await serveDatasource({ upstream: { ...upstream, prometheusUrl } })) };
}

describe('parameters', () => {
  test('a GET goes on as a GET, its query byte by byte, whatever is in it', async () => {
    const { ask, recorder } = await start();
    const query = 'query=sum%28up%29+by(x)&time=4&new_option=%zz&a;b&dup=1&dup=2&nocache=1&%ff=%E9';
    await ask(`/api/v1/query?${query}`, { body: 'query=ignored', headers: form });
    expect(recorder.requests).toMatchObject([{ method: 'GET', url: `/api/v1/query?${query}`, body: '' }]);
  });

  test('a POST goes on as a POST with one form: the body first, then what was in the URL', async () => {
    const { ask, recorder } = await start();
    await ask('/api/v1/series?match[]=up&custom=1', { method: 'POST', headers: form, body: 'match[]=down&start=%31' });
    expect(recorder.requests).toMatchObject([
      { method: 'POST', url: '/api/v1/series', body: 'match[]=down&start=%31&match[]=up&custom=1' },
    ]);
    expect(recorder.requests[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  test('a POST with an empty body and everything in the URL is complete', async () => {
    const { ask, recorder } = await start();
    await ask('/api/v1/labels?match[]=up&limit=40000', { method: 'POST', headers: form });
    expect(recorder.requests).toMatchObject([{ url: '/api/v1/labels', body: 'match[]=up&limit=40000' }]);
  });

  test('bytes that are no UTF-8 reach the upstream as they are', async () => {
    const { ask, recorder } = await start();
    const body = Buffer.from('query=up{a="\xff\xe9"}', 'latin1');
    await ask('/api/v1/query?time=4', { method: 'POST', headers: form, body });
    expect(recorder.requests[0]?.body).toBe('query=up{a="\xff\xe9"}&time=4');
  });

  test.each(['application/x-www-form-urlencoded; charset=utf-8', 'APPLICATION/X-WWW-FORM-URLENCODED'])(
    '%s is a form',
    async (type) => {
      const { ask, recorder } = await start();
      await ask('/api/v1/query', { method: 'POST', headers: { 'content-type': type }, body: 'query=up' });
      expect(recorder.requests[0]?.body).toBe('query=up');
    },
  );

  test.each(['application/json', 'text/plain', undefined])(
    'a body of type %s is not read, as Prometheus does not read it',
    async (type) => {
      const { ask, recorder } = await start();
      const headers = type === undefined ? {} : { 'content-type': type };
      await ask('/api/v1/query?time=4', { method: 'POST', headers, body: '{"query":"up"}' });
      expect(recorder.requests[0]?.body).toBe('time=4');
    },
  );

  test('a multipart form is refused without asking: nothing in it could be checked', async () => {
    const { ask, recorder } = await start();
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const body = '--x\r\ncontent-disposition: form-data; name="query"\r\n\r\nup\r\n--x--\r\n';
    const { status, body: answer } = await ask('/api/v1/query', { method: 'POST', headers, body });
    expect([status, answer.toString()]).toEqual([
      400,
      '{"status":"error","errorType":"bad_data","error":"expected parameters as application/x-www-form-urlencoded, got multipart/form-data"}',
    ]);
    expect(recorder.requests).toEqual([]);
  });
});

describe('towards the upstream', () => {
  test('no header of the client is sent', async () => {
    const { ask, recorder } = await start();
    await ask('/api/v1/query?query=up', {
      headers: {
        host: 'metadata.internal',
        authorization: 'Bearer of-the-client',
        cookie: 'session=1',
        'x-scope-orgid': 'tenant-b',
        'x-forwarded-for': '10.0.0.1',
        'x-forwarded-host': 'elsewhere',
        forwarded: 'host=elsewhere',
        'x-grafana-org-id': '1',
        'x-panel-id': '2',
        accept: 'text/html',
        'accept-encoding': 'br, deflate',
        'if-none-match': '*',
        range: 'bytes=0-1',
        'user-agent': 'Grafana/11.5.2',
        connection: 'close, x-scope-orgid',
        te: 'trailers',
      },
    });
    expect(recorder.requests[0]?.headers).toEqual({
      host: new URL(recorder.url).host,
      connection: 'keep-alive',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'gatewayz-metrics',
    });
  });

  test('our credentials and tenant are, to the URL prefix that was set', async () => {
    const settings = { prometheusUrl: '/mimir/prometheus/', prometheusToken: 'ours', prometheusTenant: 'a' };
    const { ask, recorder } = await start({}, settings);
    await ask('/api/v1/label/job/values?x=1', { headers: { authorization: 'Bearer theirs', 'x-scope-orgid': 'b' } });
    expect(recorder.requests).toMatchObject([
      {
        url: '/mimir/prometheus/api/v1/label/job/values?x=1',
        headers: { authorization: 'Bearer ours', 'x-scope-orgid': 'a' },
      },
    ]);
  });

  test('a user name with password works as well', async () => {
    const { ask, recorder } = await start({}, { prometheusUsername: 'grafana', prometheusPassword: 'päss' });
    await ask('/api/v1/rules');
    const expected = `Basic ${Buffer.from('grafana:päss').toString('base64')}`;
    expect(recorder.requests[0]?.headers.authorization).toBe(expected);
  });
});

describe('towards the client', () => {
  test('no header of the upstream gets through but those about the bytes', async () => {
    const headers = {
      'content-type': 'application/json',
      'content-length': String(success.length),
      'set-cookie': ['a=1', 'b=2'],
      server: 'inner/1.0',
      'x-server-hostname': 'inner-host',
      'access-control-allow-origin': '*',
      'cache-control': 'max-age=60',
      'www-authenticate': 'Basic realm="inner"',
      location: 'http://inner/',
      vary: 'Origin',
      'x-cache': 'of-somebody-else',
      connection: 'close',
      etag: '"1"',
    };
    const { ask } = await start({ headers });
    const { headers: got } = await ask('/api/v1/query_range?query=up&start=0&end=1&step=1');
    const { date: _, ...rest } = got;
    expect(rest).toEqual({
      'content-type': 'application/json',
      'content-length': String(success.length),
      'x-cache': 'miss',
      'cache-control': 'no-store',
      vary: 'Accept-Encoding, Authorization',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      connection: 'close',
    });
  });

  test.each([
    '{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["results truncated due to limit"]}',
    '{"status":"success","isPartial":true,"data":{"result":[{"metric":{},"value":[4,"2"]}],"resultType":"vector"},"infos":["é \\u0000"],"x":null}\n',
    ' {"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__proto__":"x"},"histograms":[[1.500,{"count":"1"}]]}]}} ',
  ])('a body is handed on byte by byte: %s', async (body) => {
    const { ask } = await start({ body });
    expect((await ask('/api/v1/query?query=up&time=4')).body.toString()).toBe(body);
  });

  test.each([
    [400, '{"status":"error","errorType":"bad_data","error":"invalid parameter \\"query\\""}'],
    [404, '{"status":"error","errorType":"not_found","error":"no such thing"}'],
    [406, '{"status":"error","errorType":"not_acceptable","error":"cannot encode"}'],
    [422, '{"status":"error","errorType":"execution","error":"many-to-many","infos":[]}'],
    [422, '{"status":"error","errorType":"422","error":"missing `query` arg"}'],
    [429, '{"status":"error","errorType":"too_many_requests","error":"slow down"}'],
    [500, '{"status":"error","errorType":"internal","error":"TSDB not ready"}'],
    [503, '{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}'],
  ])('an error of the API, %i, keeps status and body', async (status, body) => {
    const { ask } = await start({ status, body, headers: { ...json, 'retry-after': '7' } });
    const answer = await ask('/api/v1/query?query=up&time=4');
    expect([answer.status, answer.body.toString(), answer.headers['retry-after']]).toEqual([status, body, '7']);
  });

  test.each(['application/json; charset=utf-8', 'application/stream+json; charset=utf-8'])(
    'JSON is handed on with its own type: %s',
    async (type) => {
      const { ask } = await start({ headers: { 'content-type': type } });
      expect((await ask('/api/v1/query?query=up[1m]&time=4')).headers['content-type']).toBe(type);
    },
  );

  test.each(['application/json; boundary=x', 'text/json', 'application/json, text/html', 'application/jsonp'])(
    'what is of another type is not: %s',
    async (type) => {
      const { ask } = await start({ headers: { 'content-type': type } });
      expect((await ask('/api/v1/query?query=up&time=4')).status).toBe(502);
    },
  );

  test('204 has neither body nor type', async () => {
    const { ask } = await start({ status: 204, body: '', headers: {} });
    const { status, headers, body } = await ask('/api/v1/query_exemplars?query=1');
    expect([status, body.length, headers['content-type'], headers['content-length']]).toEqual([
      204,
      0,
      undefined,
      undefined,
    ]);
  });
});

describe('compression', () => {
  const zipped = gzipSync(success);
  const gzipped = { body: zipped, headers: { ...json, 'content-encoding': 'gzip' } };

  test.each(['gzip', 'gzip, deflate, br', 'br;q=1, GZIP;q=0.5'])(
    'gzip is asked for where the client takes it (%s), and handed on as it came',
    async (accepted) => {
      const { ask, recorder } = await start(gzipped);
      const { headers, body } = await ask('/api/v1/series?match[]=up', { headers: { 'accept-encoding': accepted } });
      expect(recorder.requests[0]?.headers['accept-encoding']).toBe('gzip');
      expect(headers['content-encoding']).toBe('gzip');
      expect(body).toEqual(zipped);
      expect(gunzipSync(body).toString()).toBe(success);
    },
  );

  test.each(['identity', 'gzip;q=0', 'deflate'])('and not where it does not (%s)', async (accepted) => {
    const { ask, recorder } = await start();
    const { headers } = await ask('/api/v1/series?match[]=up', { headers: { 'accept-encoding': accepted } });
    expect(recorder.requests[0]?.headers['accept-encoding']).toBe('identity');
    expect(headers['content-encoding']).toBeUndefined();
  });

  test.each([
    ['gzip', 'identity'],
    ['br', 'gzip'],
    ['gzip, gzip', 'gzip'],
  ])('an answer in %s to a client that takes %s is not handed on', async (encoding, accepted) => {
    const { ask } = await start({ body: zipped, headers: { ...json, 'content-encoding': encoding } });
    const { status, body } = await ask('/api/v1/series?match[]=up', { headers: { 'accept-encoding': accepted } });
    expect([status, body.toString()]).toEqual([
      502,
      '{"status":"error","errorType":"internal","error":"the upstream sent no response of the Prometheus API"}',
    ]);
  });
});
