import { z } from 'zod';

/**
 * The parts of Grafana's dashboard JSON that concern queries, any schema version. A field of another type than expected counts
 * as absent, and a list entry that is no object is left out: one odd panel spoils no dashboard.
 */
const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const amount = z.number().optional().catch(undefined);

function list<T>(schema: z.ZodType<T>) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((items): readonly T[] =>
      items.flatMap((item) => {
        const read = schema.safeParse(item);
        return read.success ? [read.data] : [];
      }),
    );
}

/** A name or uid, or type and uid; null and absent are the default datasource. */
const datasourceRef = z
  .union([z.string(), z.object({ type: text, uid: text }), z.null()])
  .optional()
  .catch(undefined);
export type DatasourceRef = z.infer<typeof datasourceRef>;

const condition = z.object({ query: z.object({ params: list(z.string()) }).catch({ params: [] }) });

const target = z.object({
  refId: text,
  expr: text,
  datasource: datasourceRef,
  hide: flag,
  instant: flag,
  range: flag,
  interval: text,
  intervalFactor: amount,
  /** Of Grafana's own expressions: what they compute, and from which queries. */
  expression: text,
  conditions: list(condition),
});
export type Target = z.infer<typeof target>;

const panelFields = z.object({
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

/** `panels`: those of a row, where they are nested in it. */
export interface Panel extends z.infer<typeof panelFields> {
  readonly panels: readonly Panel[];
}
const panel: z.ZodType<Panel> = z.lazy(() => panelFields.extend({ panels: list(panel) }));

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
  enable: flag,
  datasource: datasourceRef,
  expr: text,
  step: text,
  target: z.object({ expr: text, refId: text, interval: text }).optional().catch(undefined),
});
export type Annotation = z.infer<typeof annotation>;

const dashboard = z.object({
  title: z.string().catch(''),
  panels: list(panel),
  /** Panels up to schema 15. */
  rows: list(panel),
  /** Panels that no layout shows (schema v2). */
  unplaced: list(panel),
  time: z.object({ from: z.string(), to: z.string() }).optional().catch(undefined),
  templating: z.object({ list: list(variable) }).catch({ list: [] }),
  annotations: z.object({ list: list(annotation) }).catch({ list: [] }),
  /** What an export asks for when it is imported. */
  __inputs: list(z.object({ name: z.string(), pluginId: text, value: text })),
  /** Library panels of an export, by uid. */
  __elements: z
    .record(z.string(), z.unknown())
    .catch({})
    .transform(
      (elements): ReadonlyMap<string, Panel> =>
        new Map(
          Object.entries(elements).flatMap(([uid, element]) => {
            const read = z.object({ model: panel }).safeParse(element);
            return read.success ? [[uid, read.data.model] as const] : [];
          }),
        ),
    ),
});
export type Dashboard = z.infer<typeof dashboard>;

/** A dashboard in the classic form, whatever its schema version; rows of old schemas become row panels. */
export function parseDashboard(document: object): Dashboard {
  const read = dashboard.parse(document);
  const rows = read.rows.map((row): Panel => ({ ...row, type: 'row' }));
  return { ...read, panels: [...read.panels, ...rows], rows: [] };
}
