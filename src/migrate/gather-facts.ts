import { type ComposeService, composeTraces, exporterServices } from './compose.js';
import { isFields } from './compose-service.js';
import type { Facts } from './facts.js';
import { fileKind, isYamlPath } from './file-kind.js';
import { jobLists, shareOf } from './scrape-job.js';
import type { StackFile } from './stack.js';
import { parseYaml, type YamlSource } from './yaml-source.js';

/** What the files together say: which services are the exporter and can go, what hosts and jobs it has. */
export function gatherFacts(files: readonly StackFile[]): Facts {
  const sources = files.flatMap(({ path, text }) => {
    const isCandidate =
      isYamlPath(path) && fileKind(path) !== 'ci script' && /exporter|8002|SCRAPE_INTERVAL|METRICS_PORT/i.test(text);
    return (isCandidate ? parseYaml(text) : undefined) ?? [];
  });
  const certain = sources.flatMap(exporterServices).filter(({ evidence }) => evidence.certain);
  const extended = new Set(sources.flatMap(extendedElsewhere));
  const stays = new Set(certain.filter(({ name, blocked }) => blocked !== undefined || extended.has(name)).map(nameOf));
  const hosts = new Set(certain.map(nameOf));
  const goes = [...hosts].filter((name) => !stays.has(name) && !sources.some((source) => needsByHand(source, name)));
  const jobs = sources
    .flatMap(jobLists)
    .flatMap((list) => list.jobs)
    .filter((job) => shareOf(job, hosts) === 'whole');
  // Where no file defines the service any more, what waits for it waits for nothing.
  const services = new Set(certain.length === 0 ? ['health-service-exporter'] : goes);
  return { services, hosts, jobs: new Set(jobs.map(({ name }) => name)) };
}

/** Whether something depends on a service in a way that cannot be cut: without the service, the file would be refused. */
function needsByHand(source: YamlSource, name: string): boolean {
  const alone: Facts = { services: new Set([name]), hosts: new Set(), jobs: new Set() };
  return composeTraces(source, alone).some(({ kind, action }) => kind === 'depends_on' && action === 'by hand');
}

function nameOf({ name }: ComposeService): string {
  return name;
}

/** Services that a service of another file is built upon. */
function extendedElsewhere(source: YamlSource): readonly string[] {
  return source.documents.flatMap(({ value }) => {
    const services = isFields(value) && isFields(value['services']) ? Object.values(value['services']) : [];
    return services.flatMap((service) => {
      const base = isFields(service) ? service['extends'] : undefined;
      return isFields(base) && base['file'] !== undefined ? [String(base['service'])] : [];
    });
  });
}
