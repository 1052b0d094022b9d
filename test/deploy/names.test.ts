import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { readSettings, settingsTable } from '../../src/settings/read-settings.js';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { withTempFolder } from '../support/temp-folder.js';
import { environmentOf, lineage, parseDockerfile } from './parse-dockerfile.js';

const deploy = fileURLToPath(new URL('../../deploy', import.meta.url));
const read = (path: string) => readFileSync(join(deploy, path), 'utf8');
const { version } = JSON.parse(read('../package.json')) as { version: string };
const stages = parseDockerfile(read('Dockerfile'));

/** The port that a target of the Dockerfile listens on. */
const portOf = (target: string) => environmentOf(lineage(stages, target))['PORT'];

const composeFile = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string().optional(),
      build: z
        .object({ context: z.literal('..'), dockerfile: z.literal('deploy/Dockerfile'), target: z.string() })
        .optional(),
      environment: z.record(z.string(), z.string()).optional(),
      ports: z.array(z.string()).optional(),
      volumes: z.array(z.string()).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
});
const { services, volumes } = composeFile.parse(parse(read('compose.yml')));

const prometheusFile = z.looseObject({
  scrape_configs: z.array(
    z.looseObject({
      job_name: z.string(),
      metrics_path: z.string().default('/metrics'),
      static_configs: z.array(z.object({ targets: z.array(z.string()) })),
    }),
  ),
});
const scrapeJobs = (path: string) =>
  prometheusFile.parse(parse(read(path))).scrape_configs.map(({ job_name, metrics_path, static_configs }) => ({
    job: job_name,
    path: metrics_path,
    targets: static_configs.flatMap(({ targets }) => targets),
  }));

/** `host:port` of everything that listens on the compose network. */
const onNetwork = Object.entries(services).map(([name, { build, image = '' }]) => {
  const port = build ? portOf(build.target) : { prometheus: '9090', grafana: '3000' }[name];
  expect(port, `${name} ${image}`).toBeDefined();
  return `${name}:${port}`;
});

/** Settings as a deployment sets them must exist and be usable. */
function expectUsable(env: Readonly<Record<string, string>>): void {
  const known = settingsTable.map((entry) => entry.env as string | undefined);
  expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([]);
  expect(() => readSettings({ env })).not.toThrow();
}

describe('deploy/compose.yml', () => {
  test('has a backend, Prometheus, Grafana and this service', () => {
    expect(Object.keys(services).sort()).toEqual(['gateway', 'gatewayz-metrics', 'grafana', 'prometheus']);
  });

  test('takes every image in one version, and builds the others from a target of the Dockerfile', () => {
    for (const { image, build } of Object.values(services)) {
      if (build) expect(stages.map(({ name }) => name)).toContain(build.target);
      else expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
    }
  });

  test('can be reached from this machine only, at the ports that the containers listen on', () => {
    for (const [name, { ports = [] }] of Object.entries(services)) {
      for (const port of ports) {
        const [, inside] = /^127\.0\.0\.1:\d+:(\d+)$/.exec(port) ?? [];
        expect(onNetwork).toContain(`${name}:${inside}`);
      }
    }
    const published = Object.values(services).flatMap(({ ports = [] }) => ports.map((port) => port.split(':')[1]));
    expect(new Set(published).size).toBe(4);
  });

  test('sets only settings that exist, to values that can be used, and no password', () => {
    for (const name of ['gateway', 'gatewayz-metrics']) {
      const env = Object.entries(services[name]?.environment ?? {});
      expectUsable(Object.fromEntries(env.map(([key, value]) => [key, value.replace(/^\$\{\w+:-(.*)\}$/, '$1')])));
    }
    for (const [name, value] of Object.values(services).flatMap(({ environment = {} }) =>
      Object.entries(environment),
    )) {
      if (/PASSWORD|TOKEN|SECRET/.test(name)) expect(value).toMatch(/^\$\{/);
    }
  });

  test('lets everybody find Prometheus, and mounts what is there', () => {
    for (const name of ['gateway', 'gatewayz-metrics']) {
      expect(onNetwork).toContain(new URL(services[name]?.environment?.['PROMETHEUS_URL'] ?? '').host);
    }
    for (const mount of Object.values(services).flatMap((service) => service.volumes ?? [])) {
      const [source = ''] = mount.split(':');
      if (source.startsWith('./')) expect([mount, readdirSync(join(deploy, source)).length > 0]).toEqual([mount, true]);
      else expect(Object.keys(volumes)).toContain(source);
      if (source.startsWith('./')) expect(mount).toMatch(/:ro$/);
    }
  });
});

describe('Grafana', () => {
  const provisioning = (folder: string) =>
    readdirSync(join(deploy, 'grafana/provisioning', folder)).map((file) =>
      parse(read(`grafana/provisioning/${folder}/${file}`)),
    );

  test('finds its datasources on the compose network', () => {
    const urls = provisioning('datasources').flatMap(({ datasources }) =>
      datasources.map(({ url }: { url: string }) => new URL(url).host),
    );
    expect(urls.length).toBeGreaterThan(0);
    expect(urls.filter((url) => !onNetwork.includes(url))).toEqual([]);
  });

  test('looks for dashboards where they are mounted, and every dashboard is JSON with a uid of its own', () => {
    const paths = provisioning('dashboards').flatMap(({ providers }) =>
      providers.map(({ options }: { options: { path: string } }) => options.path),
    );
    expect(paths).toHaveLength(1);
    expect(services['grafana']?.volumes).toContain(`./grafana/dashboards:${paths[0]}:ro`);
    const files = readdirSync(join(deploy, 'grafana/dashboards')).filter((file) => file.endsWith('.json'));
    const uids = files.map((file) => (JSON.parse(read(`grafana/dashboards/${file}`)) as { uid: string }).uid);
    expect(uids.length).toBeGreaterThan(0);
    expect(new Set(uids).size).toBe(files.length);
  });
});

describe('Prometheus', () => {
  test.each(['prometheus/prometheus.yml', 'railway/prometheus.yml'])('%s is right by promtool', async (path) => {
    const { code, output } = await runCommand(inject('prometheus').promtool, ['check', 'config', join(deploy, path)]);
    expect(code, output).toBe(0);
    expect(output).not.toContain('WARNING');
  });

  test.each(['prometheus/prometheus.yml', 'railway/prometheus.yml'])(
    '%s scrapes the backend and our scrape target, and never what is made of them',
    (path) => {
      const jobs = scrapeJobs(path).map(({ job, path: asked }) => [job, asked]);
      expect(jobs).toEqual([
        ['gateway', '/metrics'],
        ['gatewayz-metrics', '/prometheus/metrics'],
      ]);
    },
  );

  test('finds its targets on the compose network, and on that of Railway under the same names and ports', () => {
    const targets = scrapeJobs('prometheus/prometheus.yml').flatMap((job) => job.targets);
    expect(targets.filter((target) => !onNetwork.includes(target))).toEqual([]);
    const onRailway = scrapeJobs('railway/prometheus.yml').flatMap((job) => job.targets);
    expect(onRailway).toEqual(targets.map((target) => target.replace(':', '.railway.internal:')));
  });

  test('loads no rules: Grafana evaluates the alerts, and the service does not use recorded series', () => {
    const { rule_files } = parse(read('prometheus/prometheus.yml')) as { rule_files: string[] };
    expect(rule_files).toEqual([]);
    expect(services['grafana']?.volumes).toContain('./grafana/provisioning:/etc/grafana/provisioning:ro');
    expect(readdirSync(join(deploy, 'grafana/provisioning/alerting'))).toEqual(['gatewayz.yml']);
    expect(services['gatewayz-metrics']?.environment).not.toHaveProperty('METRICS_RECORDED');
    const files = readdirSync(join(deploy, 'prometheus/rules'));
    expect(files.filter((file) => !file.endsWith('.yml'))).toEqual([]);
  });
});

describe('deploy/fastapi', () => {
  const fragment = parse(read('fastapi/compose.gatewayz-metrics.yml')).services;
  const jobs = parse(read('fastapi/scrape-jobs.yml'));

  test('adds the service in this version, with usable settings, and nothing published', () => {
    const added = fragment['gatewayz-metrics'];
    expect(added.image).toBe(`gatewayz-metrics:${version}`);
    expectUsable({ ...added.environment, HEALTH_SERVICE_URL: '' });
    expect(added).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(added).not.toHaveProperty('ports');
  });

  test('tells the backend where the service is, by the variable that its route reads', () => {
    expect(fragment.backend.environment).toEqual({
      GATEWAYZ_METRICS_URL: `http://gatewayz-metrics:${portOf('service')}`,
    });
    expect(read('../examples/fastapi/metrics_routes.py')).toContain('os.environ.get("GATEWAYZ_METRICS_URL"');
  });

  test('has scrape jobs for the backend and our scrape target that promtool accepts', async () => {
    await withTempFolder(async (folder) => {
      const config = join(folder, 'prometheus.yml');
      await writeFile(config, stringify({ scrape_configs: jobs }));
      const { code, output } = await runCommand(inject('prometheus').promtool, ['check', 'config', config]);
      expect(code, output).toBe(0);
    });
    expect(jobs.map(({ metrics_path = '/metrics' }) => metrics_path)).toEqual(['/metrics', '/prometheus/metrics']);
    expect(jobs[1].static_configs[0].targets).toEqual([`gatewayz-metrics:${portOf('service')}`]);
  });
});

describe('Railway', () => {
  test('builds the Dockerfile and asks an endpoint whether the service is alive', () => {
    const { build, deploy: deployment } = JSON.parse(read('railway/railway.json'));
    expect(build).toMatchObject({ builder: 'DOCKERFILE', dockerfilePath: 'deploy/Dockerfile' });
    expect(deployment).toMatchObject({ healthcheckPath: '/healthz', restartPolicyType: 'ON_FAILURE' });
  });

  test('has variables that exist, listens on IPv6, and finds Prometheus on the private network', () => {
    const lines = read('railway/variables.env').split('\n');
    const pairs = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => /^(\w+)=(.*)$/.exec(line));
    const env = Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
    expectUsable(env);
    expect(env).toEqual({
      HOST: '::',
      PORT: portOf('service'),
      PROMETHEUS_URL: 'http://prometheus.railway.internal:9090',
    });
  });
});

describe('Kubernetes', () => {
  const documents = parseAllDocuments(read('kubernetes/gatewayz-metrics.yml')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
  const [deployment, service, policy] = documents;
  const pod = deployment.spec.template;
  const [container] = pod.spec.containers;
  const port = Number(portOf('service'));

  test('has a deployment, a service and a network policy that mean the same pods', () => {
    expect(documents.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'NetworkPolicy']);
    const { labels } = pod.metadata;
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    expect(service.spec.selector).toEqual(labels);
    expect(policy.spec.podSelector.matchLabels).toEqual(labels);
  });

  test('agrees on the port, and asks endpoints that exist', () => {
    expect(container.ports).toEqual([{ name: 'http', containerPort: port }]);
    expect(service.spec.ports).toEqual([{ name: 'http', port, targetPort: 'http' }]);
    expect(policy.spec.ingress[0].ports).toEqual([{ port }]);
    expect(policy.spec.ingress[0].from).toContainEqual({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
    });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'http' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(pod.metadata.annotations).toMatchObject({
      'prometheus.io/port': `${port}`,
      'prometheus.io/path': '/prometheus/metrics',
    });
  });

  test('has a ServiceMonitor that selects the service and scrapes our scrape target', () => {
    const monitor = parse(read('kubernetes/service-monitor.yml'));
    expect(monitor).toMatchObject({ apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor' });
    expect(monitor.spec.selector.matchLabels).toEqual(service.metadata.labels);
    expect(monitor.spec.endpoints).toEqual([{ port: 'http', path: '/prometheus/metrics', interval: '30s' }]);
  });

  test('runs the image of this version with the rights of nobody, and settings that exist', () => {
    expect(container.image).toBe(`gatewayz-metrics:${version}`);
    expectUsable(
      Object.fromEntries(container.env.map((each: { name: string; value: string }) => [each.name, each.value])),
    );
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources).toMatchObject({ requests: { memory: '192Mi' }, limits: { memory: '512Mi' } });
    // The service lets requests in flight end for 10 s.
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(10);
  });
});
