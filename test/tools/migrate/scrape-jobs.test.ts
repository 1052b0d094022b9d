import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { stackFacts } from '../../../src/tools/migrate/find/gather-facts.js';
import { anyJob, planStack } from '../../../src/tools/migrate/rewrite/plan-stack.js';
import { rewriteText } from './rewrite-text.js';

interface JobStyle {
  readonly above: readonly string[];
  readonly dash: string;
  readonly quote: string;
  readonly shape: 'lines' | 'name last' | 'braces';
  readonly settings: readonly string[];
  readonly targets: 'brackets' | 'dashes' | 'inline';
}

const style: fc.Arbitrary<JobStyle> = fc.record({
  above: fc.constantFrom([], [''], ['# about it'], ['', '# about it'], ['# - job_name: off', '#   static_configs: []']),
  dash: fc.constantFrom('- ', '-   '),
  quote: fc.constantFrom('', '"', "'"),
  shape: fc.constantFrom('lines', 'lines', 'name last', 'braces'),
  settings: fc.constantFrom(
    [],
    ['scrape_interval: 30s   '],
    ['scrape_timeout: 10s # short', '', '# inside'],
    ['metric_relabel_configs:', '  - source_labels: [a]', '    action: drop'],
    ['params: {a: [b],', '  c: [d]}'],
  ),
  targets: fc.constantFrom('brackets', 'dashes', 'inline'),
});

const file = fc.record({
  indent: fc.constantFrom('', '  ', '    '),
  others: fc.array(style, { maxLength: 3 }),
  exporter: style,
  place: fc.nat(),
  head: fc.constantFrom([], ['global:', '  scrape_interval: 15s', ''], ['# top', '']),
  key: fc.constantFrom('scrape_configs:', 'scrape_configs:  # jobs', '"scrape_configs":'),
  tail: fc.constantFrom([], ['', 'remote_write: []'], ['# end']),
  isOpen: fc.boolean(),
  eol: fc.constantFrom('\n', '\r\n'),
  mark: fc.constantFrom('', '\ufeff'),
});

function jobLines(name: string, target: string, { above, dash, quote, shape, settings, targets }: JobStyle): string[] {
  const named = `job_name: ${quote}${name}${quote}`;
  if (shape === 'braces') return [...above, `${dash}{${named}, static_configs: [{targets: ["${target}"]}]}`];
  const lists = {
    brackets: ['static_configs:', `- targets: ["${target}"]`],
    dashes: ['static_configs:', '  - targets:', `      - ${target} # it`, '    labels:', '      env: prod'],
    inline: [`static_configs: [{targets: [${target}]}]`],
  };
  const body = shape === 'lines' ? [named, ...settings, ...lists[targets]] : [...lists[targets], ...settings, named];
  const column = ' '.repeat(dash.length);
  return [...above, ...body.map((line, index) => (index === 0 ? dash : line === '' ? '' : column) + line)];
}

type FileShape = typeof file extends fc.Arbitrary<infer T> ? T : never;

function textOf({ indent, others, exporter, place, head, key, tail, isOpen, eol, mark }: FileShape): string {
  const jobs = others.map((other, index) => jobLines(`other${index}`, `other${index}:80`, other));
  jobs.splice(
    place % (jobs.length + 1),
    0,
    jobLines('health_service_exporter', 'health-service-exporter:8002', exporter),
  );
  const lines = jobs.flat().map((line) => (line === '' ? '' : indent + line));
  return mark + [...head, key, ...lines, ...tail].join(eol) + (isOpen ? '' : eol);
}

function jobNames(text: string): readonly string[] {
  const { scrape_configs: jobs } = parse(text.replace(/^\ufeff/, '')) as { scrape_configs: { job_name: string }[] };
  return jobs.map(({ job_name: name }) => name);
}

describe('the job of the exporter, in whatever style it is written among others,', () => {
  it('gets ours beside it and goes, and every line of the others stays', () => {
    fc.assert(
      fc.property(file, (shape) => {
        const before = textOf(shape);
        const stack = { files: [{ path: 'prom.yml', text: before, encoding: 'utf8' as const }], others: [], links: [] };
        expect(stackFacts(stack.files).jobs).toEqual(new Set(['health_service_exporter']));
        expect(planStack(stack, anyJob).findings.map(({ action }) => action)).toEqual(['remove']);

        const parallel = rewriteText('prom.yml', before, 'parallel');
        const removed = rewriteText('prom.yml', before, 'remove');
        expect(rewriteText('prom.yml', parallel, 'remove')).toBe(removed);
        const had = jobNames(before);
        const at = had.indexOf('health_service_exporter');
        expect(jobNames(parallel)).toEqual(had.toSpliced(at + 1, 0, 'gatewayz_metrics'));
        expect(jobNames(removed)).toEqual(had.with(at, 'gatewayz_metrics'));

        const missing = (text: string) => without(before.split(/\r?\n/), text.split(/\r?\n/));
        expect(missing(parallel).filter((line) => line.trim() !== '')).toEqual([]);
        const own = jobLines('health_service_exporter', 'health-service-exporter:8002', shape.exporter);
        const goes = own.filter((line) => !/off|static_configs: \[\]/.test(line)).map((line) => line.trim());
        expect(missing(removed).filter((line) => line.trim() !== '' && !goes.includes(line.trim()))).toEqual([]);
        for (const after of [parallel, removed]) {
          expect(after.endsWith('\n')).toBe(before.endsWith('\n'));
          expect(/(?<!\r)\n/.test(after)).toBe(/(?<!\r)\n/.test(before));
          expect(after).not.toMatch(/\n\r?\n\r?\n/);
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** The lines of one text that another lacks, each as often as it lacks it. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
