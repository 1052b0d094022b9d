// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { scrapeConfig, tempStack } from './temp-stack.js';

const rule = (expr: string) => `groups:\n  - name: n\n    rules:\n      - alert: A\n        expr: ${expr}\n`;

describe('a configuration', () => {
  it.each([
    ['UTF-16, little endian', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big endian', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
  ])('in %s is rewritten in its encoding', async (_, encode) => {
    const stack = await tempStack({
      'prom.yml': encode(scrapeConfig),
      'rules.yml': encode(rule('up{job="health_service_exporter"}')),
    });
    await stack.remove();
    expect(Buffer.from(await stack.read('rules.yml'))).toEqual(
      Buffer.from(encode(rule('up{job="gatewayz_metrics"}')).toString('utf8')),
    );
    expect((await stack.plan()).filter(({ action }) => action !== 'keep')).toEqual([]);
  });

  it('with a placeholder in any position is rewritten', async () => {
    const text = [
      'global: {external_labels: {${LABEL}: ${ENV:-${STAGE}}}}',
      'scrape_configs:',
      '  - job_name: health_service_exporter',
      '    scheme: {{ scheme }}',
      '    static_configs:',
      '      - targets: [${HOST}:8002]',
      '        labels: {env: ${ENV}}',
      '',
    ].join('\n');
    const stack = await tempStack({ 'prom.yml': text });
    await stack.remove();
    expect(await stack.read('prom.yml')).toBe(
      [
        'global: {external_labels: {${LABEL}: ${ENV:-${STAGE}}}}',
        'scrape_configs:',
        '  - job_name: gatewayz_metrics',
        '    metrics_path: /prometheus/metrics',
        '    static_configs:',
        "      - targets: ['backend:8000']",
        '        labels:',
        '          env: ${ENV}',
        '',
      ].join('\n'),
    );
  });

  it('with a list on top, or with several documents, is rewritten', async () => {
    const job =
      '- job_name: health_service_exporter\n  static_configs: [{targets: ["health-service-exporter:8002"]}]\n';
    const stack = await tempStack({
      'scrape.d/a.yml': `${job}- job_name: b\n`,
      'all.yml': `a: 1\n---\nscrape_configs:\n${job}---\nb: 2\n`,
    });
    expect((await stack.plan()).map(({ file, action }) => `${file} ${action}`)).toEqual([
      'all.yml remove',
      'scrape.d/a.yml remove',
    ]);
    await stack.remove();
    expect(parse(await stack.read('scrape.d/a.yml'))).toMatchObject([
      { job_name: 'gatewayz_metrics' },
      { job_name: 'b' },
    ]);
    expect(parseAllDocuments(await stack.read('all.yml')).map((document) => document.toJS() as unknown)).toMatchObject([
      { a: 1 },
      { scrape_configs: [{ job_name: 'gatewayz_metrics' }] },
      { b: 2 },
    ]);
  });

  it('of Compose version 1 loses the service and what links to it', async () => {
    const stack = await tempStack({
      'prom.yml': scrapeConfig,
      'docker-compose.yml':
        'web:\n  image: x\n  links:\n    - health-service-exporter\n    - db\nhealth-service-exporter:\n  image: acme/health-service-exporter\ndb:\n  image: y\n',
    });
    await stack.remove();
    expect(await stack.read('docker-compose.yml')).toBe('web:\n  image: x\n  links:\n    - db\ndb:\n  image: y\n');
  });

  it.each(['alert.rules', 'rules/exporter.rule', 'prometheus/alerts.rules.conf', 'recording'])(
    'of rules is known by its content: %s',
    async (path) => {
      const stack = await tempStack({
        'prom.yml': scrapeConfig,
        [path]: rule('up{job="health_service_exporter"} == 0'),
      });
      await stack.remove();
      expect(await stack.read(path)).toBe(rule('up{job="gatewayz_metrics"} == 0'));
    },
  );

  it('that does not parse is told, also where it does not name the exporter', async () => {
    const stack = await tempStack({
      'prom.yml': scrapeConfig,
      'a.yml.tmpl':
        'scrape_configs:\n[[ range .Jobs ]]\n  - job_name: {{ .Name\n[[ end ]]\n  static_configs: ["exporter"\n',
      'rules.yml': 'groups:\n  - rules:\n    - alert: A\n     expr: up{instance=~"health.*"} == 0\n',
    });
    expect(
      (await stack.plan()).filter(({ file }) => file !== 'prom.yml').map(({ file, why }) => `${file}: ${why}`),
    ).toEqual([
      'a.yml.tmpl: the file does not parse as YAML; check whether it refers to the exporter',
      'rules.yml: the file does not parse as YAML; check whether it refers to the exporter',
    ]);
  });

  it('that cannot be edited does not keep others from being edited', async () => {
    const template =
      'services:\n  health-service-exporter:\n    image: x\n    {{ if .Port }}\n    ports: [1]\n    {{ end }}\n';
    const depends =
      'services:\n  web:\n    image: x\n    depends_on: [\n      health-service-exporter\n      , b\n    ]\n';
    const plain =
      'services:\n  health-service-exporter: {image: x}\n  web: {image: y, depends_on: [health-service-exporter]}\n';
    const stack = await tempStack({
      'a.yml.tmpl': template,
      'b.yml': depends,
      'c.yml': plain,
      'prom.yml': scrapeConfig,
    });
    expect((await stack.plan()).map(({ file, action }) => `${file} ${action}`)).toEqual([
      'a.yml.tmpl by hand',
      'b.yml by hand',
      'c.yml remove',
      'c.yml remove',
      'prom.yml remove',
    ]);
    await stack.remove();
    expect(await stack.read('c.yml')).toBe('services:\n  web: {image: y}\n');
    expect(await stack.read('a.yml.tmpl')).toBe(template);
  });
});

describe('a commented-out line of the entry before', () => {
  it.each([
    [
      'an item of a list',
      '  a:\n    links:\n      - b\n#      - c\n',
      '    depends_on:\n      - health-service-exporter\n',
      '    image: x\n',
    ],
    [
      'a key with its value',
      '  a:\n    build:\n      context: .\n#      dockerfile: D\n',
      '    links: [health-service-exporter]\n',
      '    tty: true\n',
    ],
  ])('stays: %s', async (_, before, gone, after) => {
    const own = '  health-service-exporter: {image: x}\n';
    const stack = await tempStack({ 'compose.yml': `services:\n${before}${gone}${after}${own}` });
    await stack.remove();
    expect(await stack.read('compose.yml')).toBe(`services:\n${before}${after}`);
  });
});

describe('a word that is also the name of a service or job', () => {
  it('counts where a host, a job or a service stands, and not in prose', async () => {
    const stack = await tempStack({
      'compose.yml': 'services:\n  exporter: {image: x, container_name: health-service-exporter}\n  a: {image: y}\n',
      'prom.yml': 'scrape_configs:\n  - {job_name: exporter, static_configs: [{targets: ["exporter:8002"]}]}\n',
      'README.md': 'An exporter is a program.\nSee http://exporter:8002/metrics.\n',
      'run.sh': 'echo the exporter\ndocker compose logs -f exporter\n',
    });
    const byHand = (await stack.plan()).filter(({ action }) => action === 'by hand');
    expect(byHand.map(({ file, line }) => `${file}:${line}`)).toEqual(['README.md:2', 'run.sh:2']);
  });
});

describe('a plan after the removal', () => {
  it('speaks no more of two jobs at once', async () => {
    const stack = await tempStack({
      'prom.yml': scrapeConfig,
      'rules.yml': `${rule('sum(gatewayz_health_active_incidents) > 3')}      - {alert: B, expr: 'gatewayz_health_service_up{job="health_service_exporter"}'}\n`,
    });
    expect((await stack.plan()).some(({ why }) => why.includes('while both jobs are scraped'))).toBe(true);
    await stack.remove();
    expect((await stack.plan()).map(({ why }) => why)).toEqual([
      'alert "A": it keeps working: no job matcher',
      'alert "B": it selects gatewayz_health_service_up of the job gatewayz_metrics',
    ]);
  });
});

describe('the removal', () => {
  it('needs a job that replaces the one of the exporter, or --force', async () => {
    const stack = await tempStack({
      'compose.yml': 'services:\n  health-service-exporter: {image: x}\n  a: {image: y}\n',
    });
    const { code, stdout, stderr } = await stack.remove('--dry-run');
    expect({ code, stdout: stdout.length > 0 }).toEqual({ code: 0, stdout: true });
    expect(stderr).toContain('no scrape job gatewayz_metrics is in the stack, and none can be added to it');
    expect((await stack.remove()).stderr).toContain(
      'removed because of --force, although no scrape job gatewayz_metrics',
    );
  });
});
