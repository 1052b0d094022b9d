import { fileKind, isYamlPath } from '../stack/file-kind.js';
import type { StackFile } from '../stack/stack.js';
import { parseYaml, type YamlSource } from '../text/yaml-source.js';
import { type ComposeService, composeTraces, exporterServices } from './compose.js';
import type { StackFacts } from './facts.js';
import { jobLists, shareOf } from './scrape-job.js';
import { serviceNeeds } from './service-needs.js';

/** Collects the services, host names and jobs of the exporter from all files. */
export function stackFacts(files: readonly StackFile[]): StackFacts {
  const isYaml = ({ path }: StackFile) => isYamlPath(path) && fileKind(path) !== 'ci script';
  const [likely, unlikely] = [true, false].map((wanted) =>
    files.filter((file) => isYaml(file) && /exporter|8002|SCRAPE_INTERVAL|METRICS_PORT/i.test(file.text) === wanted),
  ) as [StackFile[], StackFile[]];
  const known = likely.flatMap(sourcesOf);
  const hosts = new Set(certainServices(known, new Set()).map(({ name }) => name));
  // Files that mention the exporter only by the name of its service.
  const sources = [
    ...known,
    ...unlikely.filter(({ text }) => [...hosts].some((name) => text.includes(name))).flatMap(sourcesOf),
  ];
  const certain = certainServices(sources, hosts);
  const staying = stayingServices(sources, certain, hosts);
  const jobs = sources
    .flatMap(jobLists)
    .flatMap((list) => list.jobs)
    .filter((job) => shareOf(job, hosts) === 'whole');
  // If no file defines the service any more, leftover dependencies on it can be removed.
  const goes = [...hosts].filter((name) => !staying.has(name));
  const services = new Set(certain.length === 0 ? ['health-service-exporter'] : goes);
  return { services, staying, hosts, jobs: new Set(jobs.map(({ name }) => name)) };
}

function sourcesOf({ text }: StackFile): readonly YamlSource[] {
  const source = parseYaml(text);
  return source === undefined ? [] : [source];
}

function certainServices(sources: readonly YamlSource[], hosts: ReadonlySet<string>): readonly ComposeService[] {
  return sources.flatMap((source) => exporterServices(source, hosts)).filter(({ signs }) => signs.certain);
}

/** Exporter services that cannot be removed, because of their form or because others need them: name → reason. */
function stayingServices(
  sources: readonly YamlSource[],
  certain: readonly ComposeService[],
  hosts: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const staying = new Map<string, string>();
  for (const { name, removal } of certain) if ('refused' in removal) staying.set(name, removal.refused);
  for (const name of hosts) {
    if (sources.some((source) => needsByHand(source, name))) staying.set(name, 'another service depends on it');
  }
  const needs = sources.flatMap((source) => serviceNeeds(source, hosts)).filter(({ of }) => hosts.has(of));
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

/** Whether a dependency on a service cannot be removed; without the service, the file would be invalid. */
function needsByHand(source: YamlSource, name: string): boolean {
  const alone: StackFacts = { services: new Set([name]), staying: new Map(), hosts: new Set(), jobs: new Set() };
  return [...composeTraces(source, alone)].some(({ kind, action }) => kind === 'depends_on' && action === 'by hand');
}
