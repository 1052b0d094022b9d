import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { codeBlocks } from '../support/code-blocks.js';
import { freePort } from '../support/free-port.js';
import { npmEnvironment } from '../support/npm.js';
import { startTestPrometheus, type TestPrometheus } from '../support/prometheus.js';
import { type RunningProgram, startProgram } from '../support/start-program.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';
import { followPrompt, frameworks, prompt } from './follow-prompt.js';
import { installWorkspace, manifestOf, nodeExamples } from './workspace.js';

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
let parent: string;
/** In a path that is not the same as a URL. */
let folder: string;
let prometheus: TestPrometheus;
const ports: Record<string, number> = {};
const running: RunningProgram[] = [];

/** A program of the workspace on its port, with a Prometheus that scrapes it under its name, or with another. */
async function start(
  name: string,
  cwd: string,
  script: string,
  ready: RegExp,
  { port = ports[name], prometheusUrl = prometheus.url } = {},
): Promise<string> {
  const env = npmEnvironment({
    PORT: String(port),
    PROMETHEUS_URL: prometheusUrl,
    METRICS_SELECTOR: `job="${name}"`,
    METRICS_REFRESH_INTERVAL: '1s',
    METRICS_EVALUATION_DELAY: '1s',
  });
  running.push(await startProgram(process.execPath, [script], ready, { cwd: join(folder, cwd), env }));
  return `http://127.0.0.1:${port}`;
}

beforeAll(async () => {
  parent = await tempFolder();
  folder = join(parent, 'hosts of 100%20 é');
  await mkdir(folder);
  for (const name of [...nodeExamples, ...frameworks]) ports[name] = await freePort();
  const jobs = Object.entries(ports).map(([name, port]) => ({
    job_name: name,
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  }));
  [prometheus] = await Promise.all([startTestPrometheus({ scrape: stringify(jobs) }), installWorkspace(folder)]);
});

afterAll(async () => {
  await Promise.all(running.map((program) => program.stop()));
  await prometheus?.close();
  await removeFolder(parent);
});

describe('installed from the tarball', () => {
  const node = (cwd: string, code: string) =>
    runCommand(process.execPath, ['--input-type=module', '-e', code], {
      cwd: join(folder, cwd),
      env: npmEnvironment(),
    });

  test('every subpath can be imported in an empty project, and the worker runs', async () => {
    const { code, output } = await node(
      'empty',
      `import { createMetrics } from 'gatewayz-metrics';
       import { expressHandler } from 'gatewayz-metrics/express';
       import { fetchHandler } from 'gatewayz-metrics/fetch';
       import { createGatewayMetrics } from 'gatewayz-metrics/instrument';
       import { nodeHandler } from 'gatewayz-metrics/node';
       const metrics = await createMetrics({ env: {}, prometheusUrl: '${prometheus.url}', logLevel: 'silent' });
       for (const adapter of [expressHandler, nodeHandler, fetchHandler]) console.log(typeof adapter(metrics));
       const request = new Request('http://localhost/prometheus/metrics/summary');
       console.log((await fetchHandler(metrics)(request)).status);
       console.log((await createGatewayMetrics().metrics()).body.includes('fastapi_requests_in_progress'));
       await metrics.close();`,
    );
    expect({ code, output }).toEqual({ code: 0, output: 'function\nfunction\nfunction\n200\ntrue\n' });
  });

  test('the worker runs where the package is a link to elsewhere, as pnpm has it', async () => {
    const modules = join(folder, 'linked', 'node_modules');
    await mkdir(modules, { recursive: true });
    await symlink(join(folder, 'node_modules', 'gatewayz-metrics'), join(modules, 'gatewayz-metrics'));
    const { output } = await node(
      'linked',
      `import { createMetrics } from 'gatewayz-metrics';
       const metrics = await createMetrics({ env: {}, prometheusUrl: '${prometheus.url}', logLevel: 'silent' });
       console.log((await metrics.handle({ method: 'GET', url: '/prometheus/metrics/all', headers: {} })).status);
       await metrics.close();`,
    );
    expect(output).toBe('200\n');
  });

  test('a process that forgets to close the metrics ends all the same', async () => {
    const { code } = await node(
      'empty',
      `import { createMetrics } from 'gatewayz-metrics';
       const metrics = await createMetrics({ env: {}, prometheusUrl: '${prometheus.url}', logLevel: 'silent' });
       await metrics.handle({ method: 'GET', url: '/prometheus/metrics/all', headers: {} });`,
    );
    expect(code).toBe(0);
  });

  test('the command runs, in the version of the package', async () => {
    const program = join(folder, 'node_modules/.bin/gatewayz-metrics');
    const { version } = JSON.parse(await readFile(join(folder, 'node_modules/gatewayz-metrics/package.json'), 'utf8'));
    expect(await runCommand(program, ['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test('Fastify 4 is served too', async () => {
    const { output } = await node(
      'samples',
      `import Fastify from 'fastify4';
       import { setupPrometheusRoutes } from 'gatewayz-metrics';
       const app = Fastify();
       await setupPrometheusRoutes(app, { env: {}, prometheusUrl: '${prometheus.url}' });
       console.log((await app.inject('/prometheus/metrics/summary')).statusCode);
       await app.close();`,
    );
    expect(output).toBe('200\n');
  });
});

describe('a TypeScript project, strict and nodenext', () => {
  async function check(files: Readonly<Record<string, string>>, types: readonly string[]): Promise<string> {
    const cwd = join(folder, 'typescript');
    for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
    const compilerOptions = {
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom'],
      noEmit: true,
    };
    const options = { ...compilerOptions, exactOptionalPropertyTypes: true, types };
    await writeFile(
      join(cwd, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: Object.keys(files) }),
    );
    const { stdout } = await runCommand(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd });
    return stdout;
  }

  test('every program of docs/integration.md and docs/instrument.md compiles, all library types checked', async () => {
    const documents = ['docs/integration.md', 'docs/instrument.md'];
    const programs = documents.flatMap(codeBlocks).filter(({ language }) => language === 'ts');
    expect(programs.length).toBeGreaterThanOrEqual(8);
    const files = Object.fromEntries(programs.map(({ text }, index) => [`program-${index}.ts`, text]));
    expect(await check(files, ['node'])).toBe('');
  });

  test('a wrong option is an error', async () => {
    const text =
      "import { createMetrics } from 'gatewayz-metrics';\nawait createMetrics({ prometheusURL: 'http://x' });\n";
    expect(await check({ 'wrong.ts': text }, ['node'])).toContain("'prometheusURL' does not exist");
  });
});

describe.each(nodeExamples)('examples/%s', (name) => {
  let url: string;
  beforeAll(async () => {
    url = await start(name, name, 'server.js', /listening on port \d+/);
  });

  const chat = (body: object) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'hello there' }], ...body }),
    });

  test('starts with two commands, the second of which builds the clone first', async () => {
    const { dependencies, scripts } = await manifestOf(name);
    expect(scripts).toEqual({ prestart: 'node ../../scripts/bootstrap.mjs', start: 'node server.js' });
    expect(dependencies['gatewayz-metrics']).toBe('file:../..');
    const readme = codeBlocks(`examples/${name}/README.md`).find(({ language }) => language === 'sh');
    expect(readme?.text).toBe('npm install\nnpm start\n');
  });

  test('has the same gateway as the others, different only in its server', async () => {
    const gateway = (example: string) => readFile(join(folder, example, 'gateway.js'), 'utf8');
    expect(await gateway(name)).toBe(await gateway('express'));
  });

  test('answers a chat whole, as a stream, and with an error where the provider fails', async () => {
    const whole = await chat({ model: 'parrot/small' });
    expect(await whole.json()).toMatchObject({ choices: [{ message: { content: 'hello there' } }] });
    const stream = await chat({ model: 'parrot/small', stream: true });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const events = (await stream.text()).split('\n\n').filter((event) => event !== '');
    expect(events.map((event) => /"content":"(\w+)/.exec(event)?.[1] ?? event)).toEqual([
      'hello',
      'there',
      'data: [DONE]',
    ]);
    for (const [body, status] of [
      [{ model: 'mole/small', stream: true }, 502],
      [{ model: 'nobody' }, 404],
      [{ model: 'parrot/small', messages: 'hi' }, 400],
    ] as const) {
      expect((await chat(body)).status).toBe(status);
    }
  });

  test('a client that leaves a stream is no failure of the provider', async () => {
    const words = Array.from({ length: 200 }, () => 'word').join(' ');
    const leaving = new AbortController();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'parrot/large', stream: true, messages: [{ role: 'user', content: words }] }),
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
    const recorded = /^model_inference_requests_total\{.*model="parrot\/large".*status="(\w+)"\} 1$/m;
    const match = await until(async () => recorded.exec(await (await fetch(`${url}/metrics`)).text()), {
      what: 'the inference is recorded',
    });
    expect(match[1]).toBe('success');
  });

  test('shows in its summary what it measured, by way of Prometheus', async () => {
    const summary = await until(
      async () => {
        const answer = await fetch(`${url}/prometheus/metrics/summary?values=number`);
        const { metrics } = (await answer.json()) as { metrics?: Record<string, Record<string, number | null>> };
        return metrics?.['models']?.['total_inference_requests'] === 4 ? metrics : undefined;
      },
      { what: 'Prometheus has scraped the last request', within: 30_000 },
    );
    expect(summary).toMatchObject({
      http: { total_requests: 6 },
      providers: { total_providers: 2 },
    });
    expect(summary['models']?.['tokens_used_total']).toBeGreaterThan(8);
  });

  test('ends on SIGTERM', async () => {
    expect(await running.find(({ output }) => output.includes(`port ${ports[name]}`))?.stop()).toBe(0);
  });
});

describe.each(frameworks)('docs/agent-prompt.md, followed in a backend with %s', (framework) => {
  let url: string;
  beforeAll(async () => {
    await writeFile(join(folder, 'samples', `${framework}.js`), followPrompt(framework));
    url = await start(framework, 'samples', `${framework}.js`, /started/);
  });

  test('every command of the proof prints what the prompt says', async () => {
    expect(prompt.filter(({ language }) => language === 'sh')[0]?.text).toBe('npm install ./gatewayz-metrics-*.tgz\n');
    for (let request = 0; request < 3; request += 1) expect(await (await fetch(`${url}/hello`)).text()).toBe('hello');
    await until(async () => (await prometheus.vector(`fastapi_requests_total{job="${framework}",path="/hello"}`))[0], {
      what: 'Prometheus has scraped the backend',
      within: 30_000,
    });
    const polled = await prometheus.vector(`fastapi_requests_total{job="${framework}",path=~"/metrics|/prometheus.*"}`);
    expect(polled).toEqual([]);
    const proof = prompt
      .find(({ text }) => text.startsWith('curl'))!
      .text.trimEnd()
      .split('\n');
    expect(proof.length).toBeGreaterThanOrEqual(8);
    for (const line of proof) {
      const [, command, expected] = /^(.*\S)\s+# (\S+)$/.exec(line)!;
      const env = { ...process.env, BASE: url };
      await until(async () => (await runCommand('bash', ['-c', command!], { env })).stdout.trim() === expected, {
        what: `${command} prints ${expected}`,
        within: 30_000,
        every: 200,
      });
    }
  });

  test('without Prometheus it starts, serves its own routes and answers /metrics with 200', async () => {
    const nowhere = { port: await freePort(), prometheusUrl: `http://127.0.0.1:${await freePort()}` };
    const alone = await start(framework, 'samples', `${framework}.js`, /started/, nowhere);
    expect(await (await fetch(`${alone}/hello`)).text()).toBe('hello');
    const metrics = await fetch(`${alone}/metrics`);
    expect([metrics.status, await metrics.text()]).toEqual([
      200,
      expect.stringMatching(/^model_inference_requests_total\{.*status="success".*\} 1$/m),
    ]);
    const summary = await fetch(`${alone}/prometheus/metrics/summary`);
    expect([summary.status, await summary.text()]).toEqual([503, expect.stringContaining('nothing listens there')]);
  });
});
