import { isSeq } from 'yaml';
import type { Collection } from '../text/yaml-entry.js';
import type { YamlSource } from '../text/yaml-source.js';
import { type Path, valueAt, walkYaml } from '../text/yaml-walk.js';
import { isFields } from './compose-service.js';
import { exporterPort, isExporterName, isExporterTarget } from './exporter.js';

/** A list of scrape jobs under any key; Prometheus, agents and charts use different ones. */
export interface JobList {
  readonly document: number;
  readonly collection: Collection;
  readonly path: Path;
  readonly jobs: readonly ScrapeJob[];
}

/** A scrape job, aliases and merge keys resolved. */
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

/** Share of a job's targets that is the exporter: all, some, or only the port matches. */
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

/** Whether a list holds log collection jobs (Promtail, agents), which use the same format. */
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
