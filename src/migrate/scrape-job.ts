import { isSeq } from 'yaml';
import { isFields } from './compose-service.js';
import { exporterPort, isExporterName, isExporterTarget } from './exporter.js';
import type { Collection } from './yaml-entry.js';
import type { YamlSource } from './yaml-source.js';
import { type Path, valueAt, walkYaml } from './yaml-walk.js';

/** A list of scrape jobs, under whatever key: Prometheus, agents and charts each have their own. */
export interface JobList {
  readonly document: number;
  readonly collection: Collection;
  readonly path: Path;
  readonly jobs: readonly ScrapeJob[];
}

/** One job, its aliases and merge keys resolved. */
export interface ScrapeJob {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly targets: readonly JobTarget[];
}

export interface JobTarget {
  readonly text: string;
  /** Indices in `static_configs` and in its `targets`. */
  readonly group: number;
  readonly index: number;
}

/** How much of a job is the exporter's: all of it, some of its targets, or perhaps nothing (its port only). */
export type JobShare = 'whole' | 'part' | 'port' | 'none';

export function jobLists(source: YamlSource): readonly JobList[] {
  return source.documents.flatMap(({ node: root, value }, document) =>
    [...walkYaml(root)].flatMap(({ node, path }) => {
      const list = valueAt(value, path);
      if (!isSeq(node) || !Array.isArray(list) || !list.some(isJob) || isOfLogs(value, path)) return [];
      return { document, collection: node as Collection, path, jobs: list.map(readJob) };
    }),
  );
}

export function shareOf({ name, targets }: ScrapeJob, hosts: ReadonlySet<string>): JobShare {
  if (isExporterName(name)) return 'whole';
  const own = targets.filter(({ text }) => isExporterTarget(text, hosts));
  if (own.length > 0) return own.length === targets.length ? 'whole' : 'part';
  return targets.some(({ text }) => text.endsWith(`:${exporterPort}`)) ? 'port' : 'none';
}

/** Promtail and agents write their jobs in the same way; those are about log files, and take none of metrics. */
function isOfLogs(root: unknown, path: Path): boolean {
  const isPromtail = path.length === 1 && isFields(root) && ('clients' in root || 'positions' in root);
  return isPromtail || path.includes('logs') || path.includes('loki');
}

function isJob(value: unknown): boolean {
  return isFields(value) && typeof value['job_name'] === 'string';
}

function readJob(value: unknown): ScrapeJob {
  const fields = isFields(value) ? value : {};
  const groups = Array.isArray(fields['static_configs']) ? fields['static_configs'] : [];
  const targets = groups.flatMap((value, group) => {
    const listed: unknown = isFields(value) ? value['targets'] : undefined;
    return Array.isArray(listed) ? listed.map((target, index) => ({ text: String(target), group, index })) : [];
  });
  return { name: String(fields['job_name'] ?? ''), fields, targets };
}
