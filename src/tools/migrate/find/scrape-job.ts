import { isSeq } from 'yaml';
import type { Collection } from '../text/yaml-entry.js';
import type { YamlSource } from '../text/yaml-source.js';
import { type Path, valueAt, walkYaml } from '../text/yaml-walk.js';
import { isFields } from './compose-service.js';
import { type ExporterHosts, exporterPort, hostAndPort, isExporterName, isExporterTarget } from './exporter.js';

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

/**
 * What of a job is the exporter: all of it (`whole`), some targets (`part`), perhaps all of it (`port`: only the port
 * matches; `name`: only the name does; `probe`: it probes the exporter through another exporter), or nothing.
 */
export type JobShare = 'whole' | 'part' | 'port' | 'name' | 'probe' | 'none';

export function jobLists(source: YamlSource): readonly JobList[] {
  if (!source.text.includes('job_name')) return [];
  return source.documents.flatMap(({ node: root, value }, document) =>
    [...walkYaml(root)].flatMap(({ node, path }) => {
      const list = valueAt(value, path);
      if (!isSeq(node) || !Array.isArray(list) || !list.some(isJob) || isOfLogs(value, path)) return [];
      return { document, collection: node as Collection, path, jobs: list.map(readJob) };
    }),
  );
}

/** Targets of a job that are the exporter. In a job named like it, any target on one of its ports or without a port is. */
export function exporterTargets({ name, targets }: ScrapeJob, hosts: ExporterHosts): readonly JobTarget[] {
  const isNamed = isExporterName(name);
  const ports = new Set([exporterPort, ...[...hosts.values()].flatMap((of) => [...of])]);
  return targets.filter(({ text }) => {
    if (isExporterTarget(text, hosts)) return true;
    const { port } = hostAndPort(text);
    return isNamed && (port === undefined || ports.has(port) || !/^\d+$/.test(port));
  });
}

export function shareOf(job: ScrapeJob, hosts: ExporterHosts): JobShare {
  const { name, targets } = job;
  const own = exporterTargets(job, hosts);
  if (own.length > 0) {
    if (own.length < targets.length) return 'part';
    return isProbe(job) ? 'probe' : 'whole';
  }
  if (isExporterName(name)) return targets.length === 0 ? 'whole' : 'name';
  return targets.some(({ text }) => hostAndPort(text).port === exporterPort) ? 'port' : 'none';
}

/** Whether a job hands its targets to another exporter, as jobs of the blackbox exporter do. */
export function isProbe({ fields }: ScrapeJob): boolean {
  const rules: readonly unknown[] = Array.isArray(fields['relabel_configs']) ? fields['relabel_configs'] : [];
  const labels = rules.map((rule) => (isFields(rule) ? rule['target_label'] : undefined));
  return labels.includes('__param_target') || fields['metrics_path'] === '/probe';
}

/** Static labels of each group of a job that has a target of the exporter. */
export function exporterLabels(job: ScrapeJob, hosts: ExporterHosts): readonly unknown[] {
  const groups: unknown = job.fields['static_configs'];
  const indices = new Set(exporterTargets(job, hosts).map(({ group }) => group));
  return [...indices].map((index) => {
    const group: unknown = Array.isArray(groups) ? groups[index] : undefined;
    return isFields(group) && isFields(group['labels']) ? group['labels'] : {};
  });
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
