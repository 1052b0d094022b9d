import { hasStructure, isYamlFile } from '../stack/file-kind.js';
import type { StackFile } from '../stack/stack.js';
import { type YamlSource, yamlOf } from '../text/yaml-source.js';
import { type ComposeService, exporterServices } from './compose.js';
import { isFields, serviceAddress } from './compose-service.js';
import { type ExporterHosts, exporterPort, hostAndPort, isExporterName, newJob } from './exporter.js';
import type { StackFacts } from './facts.js';
import { type DataSources, dataSourcesIn } from './query-language.js';
import { exporterTargets, jobLists, type ScrapeJob, shareOf } from './scrape-job.js';
import { serviceNeeds } from './service-needs.js';
import { successorOf } from './successor.js';

/** Collects the services, host names, jobs and labels of the exporter from all files. */
export function stackFacts(files: readonly StackFile[]): StackFacts {
  const yaml = files.filter(isYamlFile);
  const structured = yaml.filter(({ text }) => hasStructure(text));
  const isLikely = ({ text }: StackFile) => /exporter|8002|SCRAPE_INTERVAL|METRICS_PORT|gatewayz_metrics/i.test(text);
  const known = structured.filter(isLikely).flatMap(sourcesOf);
  const hosts = hostsOf(certainServices(known, new Set()));
  // Files that mention the exporter only by the name of its service.
  const named = structured.filter(
    (file) => !isLikely(file) && [...hosts.keys()].some((name) => file.text.includes(name)),
  );
  const sources = [...known, ...named.flatMap(sourcesOf)];
  const certain = certainServices(sources, hosts);
  const staying = stayingServices(sources, certain, hosts);
  const names = new Set(certain.map(({ name }) => name));
  // If no file defines the service any more, leftover dependencies on it can be removed.
  const services =
    certain.length === 0
      ? new Set(['health-service-exporter'])
      : new Set([...names].filter((name) => !staying.has(name)));
  return { services, staying, hosts, ...jobFacts(sources, hosts), dataSources: dataSourcesOf(yaml) };
}

function sourcesOf(file: StackFile): readonly YamlSource[] {
  const source = yamlOf(file);
  return source === undefined ? [] : [source];
}

function certainServices(
  sources: readonly YamlSource[],
  hosts: Pick<ReadonlySet<string>, 'has'>,
): readonly ComposeService[] {
  return sources.flatMap((source) => exporterServices(source, hosts)).filter(({ signs }) => signs.certain);
}

function hostsOf(services: readonly ComposeService[]): ExporterHosts {
  const hosts = new Map<string, Set<string>>();
  for (const { name, definition } of services) {
    const address = serviceAddress(name, definition);
    for (const host of address.hosts) hosts.set(host, new Set([...(hosts.get(host) ?? []), ...address.ports]));
  }
  return hosts;
}

/** Exporter services that cannot be removed because others need them: name → reason. */
function stayingServices(
  sources: readonly YamlSource[],
  certain: readonly ComposeService[],
  hosts: ExporterHosts,
): ReadonlyMap<string, string> {
  const names = new Set(certain.map(({ name }) => name));
  const staying = new Map<string, string>();
  const needs = sources.flatMap((source) => serviceNeeds(source, hosts)).filter(({ of }) => names.has(of));
  // Services that a kept exporter service needs are kept too.
  for (let known = -1; known !== staying.size; ) {
    known = staying.size;
    for (const { by, of, how, isExporter } of needs) {
      const goesToo = isExporter && !staying.has(by);
      if (!staying.has(of) && !goesToo) staying.set(of, `the service ${by} ${how}`);
    }
  }
  return staying;
}

type JobFacts = Pick<StackFacts, 'jobs' | 'jobsByHand' | 'instances' | 'relabelled' | 'isMigrated'>;

function jobFacts(sources: readonly YamlSource[], hosts: ExporterHosts): JobFacts {
  const jobs = new Set<string>();
  const jobsByHand = new Map<string, string>();
  const instances = new Set([...hosts].flatMap(([host, ports]) => [...ports].map((port) => `${host}:${port}`)));
  const relabelled: { label: string; value: string | undefined }[] = [];
  let [isScraped, isReplaced] = [false, false];
  for (const list of sources.flatMap(jobLists)) {
    const successor = successorOf(list, hosts);
    for (const job of list.jobs) {
      isReplaced ||= job.name === newJob;
      const share = shareOf(job, hosts);
      if (job.name === newJob || (share !== 'whole' && share !== 'part')) continue;
      isScraped = true;
      for (const { text } of exporterTargets(job, hosts)) instances.add(instanceOf(text));
      if (isExporterName(job.name) && share === 'part')
        jobsByHand.set(job.name, 'the job has other targets and is kept');
      if (share !== 'whole') continue;
      const labels = relabelledLabels(job);
      const ofJob = labels.filter(({ label }) => label === 'job');
      for (const { value } of ofJob) if (value !== undefined) jobsByHand.set(value, 'relabelling sets it');
      if (ofJob.length > 0) jobsByHand.set(job.name, 'relabelling changes it');
      else if (successor.kind === 'refused') jobsByHand.set(job.name, 'its job is replaced by hand');
      else jobs.add(job.name);
      for (const { label, value } of labels) {
        if (label === 'instance' && value !== undefined) instances.add(value);
        if (label !== 'job' && label !== 'instance') relabelled.push({ label, value });
      }
    }
  }
  return { jobs, jobsByHand, instances, relabelled, isMigrated: isReplaced && !isScraped };
}

/** The label `instance` of a target, if relabelling does not change it. */
function instanceOf(target: string): string {
  const { host, port } = hostAndPort(target);
  return `${host}:${port ?? exporterPort}`;
}

/** Labels that `relabel_configs` sets; a value that depends on the target is undefined. */
function relabelledLabels({ fields }: ScrapeJob): readonly { label: string; value: string | undefined }[] {
  const rules: readonly unknown[] = Array.isArray(fields['relabel_configs']) ? fields['relabel_configs'] : [];
  return rules.flatMap((rule) => {
    const label = isFields(rule) ? rule['target_label'] : undefined;
    if (!isFields(rule) || typeof label !== 'string' || label.startsWith('__')) return [];
    const { replacement } = rule;
    return [{ label, value: typeof replacement === 'string' && !replacement.includes('$') ? replacement : undefined }];
  });
}

function dataSourcesOf(files: readonly StackFile[]): DataSources {
  const found = files
    .filter(({ text }) => /^datasources:/m.test(text))
    .flatMap((file) => (yamlOf(file)?.documents ?? []).map(({ value }) => dataSourcesIn(value)));
  return {
    types: new Map(found.flatMap(({ types }) => [...types])),
    defaultType: found.find(({ defaultType }) => defaultType !== undefined)?.defaultType,
  };
}
