import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { rewriteText } from './rewrite-text.js';

/** One entry of a list of services as lines: blank lines before it, comments above, the entry itself. */
interface Block {
  readonly blanks: number;
  readonly comments: readonly string[];
  readonly lines: readonly string[];
}

const comment = fc.constantFrom('# keep an eye on it', '#no blank', '# image: was other', '#', '# don\'t "quote"');
const service = fc.record({
  blanks: fc.nat({ max: 2 }),
  comments: fc.array(
    comment.map((text) => `  ${text}`),
    { maxLength: 2 },
  ),
  lines: fc
    .tuple(
      fc.constantFrom('image: a', 'image: "a" # b', "image: 'a'", 'image: a   '),
      fc.subarray([
        ['    ports: [80, "81:81"]'],
        ['    environment:', '    - A=$A', '    # inside', '    - B=c'],
        ['    command: |', '      one', '', '      # two'],
        ['    labels: {a: b,', '      c: d}'],
        ['    # at the end'],
      ]),
    )
    .map(([image, more]) => [`    ${image}`, ...more.flat()]),
});

const stack = fc.record({
  services: fc.array(service, { minLength: 1, maxLength: 4 }),
  exporter: service,
  place: fc.nat(),
  head: fc.constantFrom('services:', 'version: "3"\nservices: # all', '# compose\n\nservices:'),
  tail: fc.constantFrom('', '\nvolumes: \n  data: {}', 'volumes:\n  data:', '\n# the end', '\n'),
  isOpen: fc.boolean(),
  eol: fc.constantFrom('\n', '\r\n'),
});

function textOf(
  blocks: readonly (readonly [string, Block])[],
  { head, tail, isOpen, eol }: { head: string; tail: string; isOpen: boolean; eol: string },
): string {
  const lines = blocks.flatMap(([name, block]) => [
    ...Array.from({ length: block.blanks }, () => ''),
    ...block.comments,
    `  ${name}:`,
    ...block.lines,
  ]);
  const text = [head, ...lines, ...(tail === '' ? [] : [tail])].join('\n');
  return (isOpen ? text : `${text}\n`).replaceAll('\n', eol);
}

function doubleBlanks(text: string): number {
  return [...text.matchAll(/\r?\n[ \t]*(?=\r?\n[ \t]*\r?\n)/g)].length;
}

describe('the cut of a service out of any file', () => {
  it('takes its lines, its comments and blank lines, and nothing else', () => {
    fc.assert(
      fc.property(stack, ({ services, exporter, place, ...frame }) => {
        const others = services.map((block, index) => [`s${index}`, block] as const);
        const at = place % (others.length + 1);
        const all = [...others.slice(0, at), ['health-service-exporter', exporter] as const, ...others.slice(at)];
        const before = textOf(all, frame);
        const after = rewriteText('compose.yml', before);

        const { services: left, ...rest } = parse(after) as { services: Record<string, unknown> };
        const { services: had, ...hadRest } = parse(before) as { services: Record<string, unknown> };
        const { 'health-service-exporter': _, ...expected } = had;
        expect([left, rest]).toEqual([expected, hadRest]);

        // What is gone is one run of lines: the rest of the text is its beginning and its end.
        let same = 0;
        while (same < after.length && after[same] === before[same]) same += 1;
        expect(before.endsWith(after.slice(same)) || before.endsWith(after.slice(same - 2))).toBe(true);

        const lines = (text: string) => text.split(/\r?\n/).filter((line) => line.trim() !== '');
        const owned = [...exporter.comments, '  health-service-exporter:', ...exporter.lines].filter(
          (line) => line.trim() !== '',
        );
        expect(lines(after).length).toBe(lines(before).length - owned.length);
        expect(doubleBlanks(after)).toBeLessThanOrEqual(doubleBlanks(before));
        expect(after.endsWith('\n')).toBe(before.endsWith('\n'));
        expect(after.includes('\r\n')).toBe(before.includes('\r\n') && after.includes('\n'));
        expect(rewriteText('compose.yml', after)).toBe(after);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the unit tests of rules', () => {
  it('are fed with the new job, and expect it, as the rules ask for it', () => {
    const text = (job: string) =>
      [
        'tests:',
        '  - input_series:',
        `      - {series: 'up{job="${job}"}', values: 0x10}`,
        '      - series: up{job="other"}',
        '        values: 1x10',
        '    promql_expr_test:',
        `      - expr: up{job="${job}"}`,
        '        exp_samples:',
        `          - labels: '{__name__="up",job="${job}"}'`,
        '            value: 0',
        '',
      ].join('\n');
    expect(rewriteText('rules_test.yml', text('health_service_exporter'))).toBe(text('gatewayz_metrics'));
  });
});

describe('a cut', () => {
  const compose = (text: string) => rewriteText('compose.yml', `services:\n${text}`).replace(/^services:\n/, '');
  const own = '  health-service-exporter: {image: x}\n';

  it.each([
    ['of the first entry takes the blank line behind it', `${own}\n  a: {}\n`, '  a: {}\n'],
    [
      'of the only entry leaves the blank line before what follows its list',
      `${own}\n# next\nvolumes: {}\n`,
      'services: {}\n\n# next\nvolumes: {}\n',
    ],
    [
      'of a plain value leaves one that was commented out above it',
      `  a:\n    depends_on:\n      - b\n      # - c\n      - health-service-exporter # wait\n${own}`,
      '  a:\n    depends_on:\n      - b\n      # - c\n',
    ],
    [
      'of a plain value takes what is said of it',
      `  a:\n    depends_on:\n      - b\n      # - polls it\n      - health-service-exporter\n${own}`,
      '  a:\n    depends_on:\n      - b\n',
    ],
    [
      'leaves the blank lines of the section behind the last entry',
      `  a: {}\n${own}\n# next\nvolumes: {}\n`,
      '  a: {}\n\n# next\nvolumes: {}\n',
    ],
    ['leaves the shorter of two gaps', `  a: {}\n\n\n${own}\n  b: {}\n`, '  a: {}\n\n  b: {}\n'],
    [
      'leaves comments that a blank line sets apart',
      `  a: {}\n  # of all\n\n  # of this\n${own}`,
      '  a: {}\n  # of all\n',
    ],
    [
      'leaves a heading that is not about health',
      `  # ====\n  # Exporters\n  # ====\n  # of this\n${own}  b: {}\n`,
      '  # ====\n  # Exporters\n  # ====\n  b: {}\n',
    ],
    ['takes a heading that is', `  # ---- Health Service ----\n${own}  b: {}\n`, '  b: {}\n'],
    [
      'leaves a service that was commented out above it',
      `  # old:\n  #   image: y\n  # of this\n${own}  b: {}\n`,
      '  # old:\n  #   image: y\n  b: {}\n',
    ],
    ['takes prose that only looks like YAML', `  # Example:\n  #   curl x | y\n${own}  b: {}\n`, '  b: {}\n'],
    [
      'takes deeper comments behind the entry, not those of its own depth',
      `${own}    # deeper\n  # of b\n  b: {}\n`,
      '  # of b\n  b: {}\n',
    ],
  ])('%s', (_, before, after) => {
    expect(compose(before)).toBe(after);
  });

  it.each([
    [
      'would leave a comma where YAML has none',
      'compose.yml',
      `services:\n  health-service-exporter: {image: x}\n  a:\n    depends_on: [\n      health-service-exporter\n      , b\n    ]\n`,
      '  health-service-exporter: {image: x}\n  a:\n    depends_on: [\n      health-service-exporter\n',
    ],
    [
      'would part a template from its end',
      'prom.yml.j2',
      'scrape_configs:\n  - job_name: a\n  - job_name: health_service_exporter\n    {% if x %}\n    scheme: https\n    {% endif %}\n',
      '  - job_name: health_service_exporter\n    {% if x %}\n',
    ],
    [
      'would change what an alias stands for',
      'compose.yml',
      'services:\n  a: {x: &z 1}\n  health-service-exporter:\n    y: &z 2\n    env: &e {A: *z}\n  b:\n    env: *e\n',
      '  health-service-exporter:\n    y: &z 2\n',
    ],
    [
      'would take an anchor that cannot be written elsewhere',
      'compose.yml',
      'services:\n  health-service-exporter:\n    labels: &l\n      a: b\n  b: {labels: *l}\n',
      '  health-service-exporter:\n    labels: &l\n',
    ],
  ])('that %s is not made', (_, path, before, kept) => {
    expect(rewriteText(path, before)).toContain(kept);
  });

  it('and our job keep to the indentation of jobs between braces', () => {
    const head = 'scrape_configs:\n  - {job_name: a}\n';
    const old = '  - {job_name: health_service_exporter, static_configs: [{targets: ["e:8002"]}]}\n';
    const ours =
      "  - {job_name: gatewayz_metrics, metrics_path: /prometheus/metrics, static_configs: [{targets: ['backend:8000']}]}\n";
    expect(rewriteText('prom.yml', head + old, 'parallel')).toBe(head + old + ours);
    expect(rewriteText('prom.yml', head + old, 'remove')).toBe(head + ours);
  });

  it('and our job are not made where the lines of a template decide about the old job', () => {
    const text =
      'scrape_configs:\n  - job_name: health_service_exporter\n    static_configs: []\n    {% if x %}\n    scheme: https\n    {% endif %}\n';
    expect(rewriteText('prom.yml.j2', text, 'parallel')).toBe(text);
    expect(rewriteText('prom.yml.j2', text, 'remove')).toBe(text);
  });
});
