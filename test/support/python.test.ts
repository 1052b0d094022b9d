import { describe, expect, it } from 'vitest';
import { hasDebianPackages } from '../../src/tools/demo/prometheus/provision-debian-package.js';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { unpackPython } from './find-python.js';
import { parseOpenMetrics, parseText004, runPython } from './python.js';

describe('parseOpenMetrics', () => {
  it('gives families with their samples', async () => {
    const text = [
      '# HELP lag_seconds How \\"late\\" it is.',
      '# TYPE lag_seconds gauge',
      '# UNIT lag_seconds seconds',
      'lag_seconds{value="a\\nb"} -Inf 12.5',
      '# TYPE done counter',
      'done_total 1e3',
      'done_total{of="that"} +Inf',
      '# TYPE odd gauge',
      'odd NaN',
      '# EOF\n',
    ].join('\n');
    const [lag, done, odd] = await parseOpenMetrics(text);
    expect(lag).toEqual({
      name: 'lag_seconds',
      type: 'gauge',
      help: 'How "late" it is.',
      unit: 'seconds',
      samples: [{ name: 'lag_seconds', labels: { value: 'a\nb' }, value: Number.NEGATIVE_INFINITY, timestamp: 12.5 }],
    });
    expect(done?.name).toBe('done');
    expect(done?.samples).toEqual([
      { name: 'done_total', labels: {}, value: 1000, timestamp: null },
      { name: 'done_total', labels: { of: 'that' }, value: Number.POSITIVE_INFINITY, timestamp: null },
    ]);
    expect(odd?.samples[0]?.value).toBeNaN();
  });

  it.each([
    ['a missing end', 'up 1\n'],
    ['a counter without _total', '# TYPE done counter\ndone 1\n# EOF\n'],
    ['a family in two places', '# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na{x="1"} 1\n# EOF\n'],
  ])('refuses %s', async (_fault, text) => {
    await expect(parseOpenMetrics(text)).rejects.toThrow('prometheus_client.openmetrics.parser refuses the text');
  });
});

describe('parseText004', () => {
  it('gives families with their samples', async () => {
    const text = '# HELP done_total Work, ä.\n# TYPE done_total counter\ndone_total{of="x\\\\y"} 2 1500\n';
    expect(await parseText004(text)).toEqual([
      {
        name: 'done',
        type: 'counter',
        help: 'Work, ä.',
        unit: '',
        samples: [{ name: 'done_total', labels: { of: 'x\\y' }, value: 2, timestamp: 1.5 }],
      },
    ]);
  });

  it('refuses a value that is no number', async () => {
    await expect(parseText004('up yes\n')).rejects.toThrow('prometheus_client.parser refuses the text');
  });
});

describe('runPython', () => {
  it('gives exit code and output', async () => {
    const { code, stdout, output } = await runPython('import sys; print(input()); sys.exit("bye")', 'hello\n');
    expect({ code, stdout, output }).toEqual({ code: 1, stdout: 'hello\n', output: 'hello\nbye\n' });
  });
});

describe.runIf(await hasDebianPackages())('a Python from Debian packages', () => {
  it('runs where the system has none, with what the examples need of its library', async () => {
    const python = await unpackPython();
    const script = 'import asyncio, ctypes, json, ssl, sys, zlib, xml.parsers.expat; print(sys.prefix, ssl.__file__)';
    const { code, output } = await runCommand(python.program, ['-c', script], { env: { ...python.env } });
    const home = python.env.PYTHONHOME;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(`${home} ${home}/lib/python3`) });
  });
});
