import { z } from 'zod';

/**
 * What of Grafana's dashboard JSON concerns queries, schema versions 27 to 41 (from the one with datasources as names to those
 * with datasources as objects). Fields of another type than expected count as absent: one odd panel spoils no dashboard.
 */
const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const amount = z.number().optional().catch(undefined);
const list = <T>(schema: z.ZodType<T>) => z.array(schema).catch([]);

/** A name or uid, or type and uid; null is the default datasource. */
const datasourceRef = z
  .union([z.string(), z.object({ type: text, uid: text }), z.null()])
  .optional()
  .catch(undefined);
export type DatasourceRef = z.infer<typeof datasourceRef>;

const target = z.object({
  refId: text,
  expr: text,
  datasource: datasourceRef,
  instant: flag,
  range: flag,
  interval: text,
  intervalFactor: amount,
});

const panelAlone = z.object({
  id: amount,
  type: text,
  title: text,
  datasource: datasourceRef,
  targets: list(target),
  interval: text,
  maxDataPoints: amount,
  timeFrom: text,
  timeShift: text,
  repeat: text,
  libraryPanel: z.object({ uid: text, name: text }).optional().catch(undefined),
});

/** `panels`: those of a collapsed row. */
export interface Panel extends z.infer<typeof panelAlone> {
  readonly panels: readonly Panel[];
}
const panel: z.ZodType<Panel> = z.lazy(() => panelAlone.extend({ panels: list(panel) }));

const words = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .catch(undefined);

const variable = z.object({
  name: z.string().catch(''),
  type: z.string().catch(''),
  datasource: datasourceRef,
  /** The query, the values of a custom variable, the plugin of a datasource variable. */
  query: z
    .union([z.string(), z.object({ query: text })])
    .optional()
    .catch(undefined),
  definition: text,
  regex: text,
  sort: amount,
  multi: flag,
  includeAll: flag,
  allValue: z.string().nullish().catch(undefined),
  current: z.object({ value: words, text: words }).optional().catch(undefined),
  auto: flag,
  auto_count: amount,
  auto_min: text,
  filters: list(z.object({ key: z.string(), operator: z.string(), value: z.string() })),
});
export type Variable = z.infer<typeof variable>;

const annotation = z.object({
  name: text,
  datasource: datasourceRef,
  expr: text,
  step: text,
  target: z.object({ expr: text, refId: text, interval: text }).optional().catch(undefined),
});
export type Annotation = z.infer<typeof annotation>;

const dashboard = z.object({
  title: z.string().catch(''),
  schemaVersion: amount,
  panels: z.array(panel).optional(),
  time: z.object({ from: z.string(), to: z.string() }).optional().catch(undefined),
  templating: z.object({ list: list(variable) }).catch({ list: [] }),
  annotations: z.object({ list: list(annotation) }).catch({ list: [] }),
  /** What an export asks for when it is imported. */
  __inputs: list(z.object({ name: z.string(), pluginId: text, value: text })),
  /** Library panels of an export, by uid. */
  __elements: z.record(z.string(), z.object({ model: panel })).catch({}),
});
export type Dashboard = z.infer<typeof dashboard> & { readonly panels: readonly Panel[] };

/** The dashboard in a document, also where the HTTP API has wrapped it; undefined where there is none. */
export function readDashboard(document: unknown): Dashboard | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  if ('dashboard' in document) return readDashboard(document.dashboard);
  const read = dashboard.safeParse(document);
  if (!read.success || !('schemaVersion' in document || 'templating' in document || 'annotations' in document)) {
    return undefined;
  }
  return { ...read.data, panels: read.data.panels ?? [] };
}
