import { missingCodes } from '../catalogue/missing-reasons.js';
import { errorCodes } from '../errors.js';
import { formatMatchers } from '../promql/format-matchers.js';
import type { DocsContext } from './render-docs.js';

/** The documentation of one installation for programs: endpoints, fields, families, PromQL, presets and codes. */
export function describeCatalogue({ catalogue, base, routes, ownFamilies, marker, dropped }: DocsContext): object {
  return {
    presets: catalogue.presets,
    selector: catalogue.baseSelector ?? null,
    marker: marker ? formatMatchers([{ label: marker.label, op: '=', value: marker.value }]) : null,
    endpoints: routes.map(({ path, help }) => ({ path: base + path, help })),
    fields: catalogue.fields.map(({ section, field, unit, help, row, extra = false }) => ({
      id: `${section}.${field}`,
      unit,
      help,
      row,
      extra,
    })),
    not_exported: catalogue.notExported.map(({ section, field, gateway }) => ({ id: `${section}.${field}`, gateway })),
    families: Object.entries(catalogue.families)
      .filter(([endpoint]) => endpoint !== 'all')
      .flatMap(([endpoint, families]) => families.map((family) => ({ endpoint, ...family }))),
    external_families: (catalogue.families['all'] ?? []).filter(({ row }) => !catalogue.rows.has(row)),
    own_families: ownFamilies.map(({ name, type, labels, help }) => ({ name, type, labels, help })),
    rows: Object.fromEntries([...catalogue.rows].map(([id, { promql, metrics }]) => [id, { promql, metrics }])),
    missing_codes: missingCodes,
    error_codes: errorCodes,
    series_over_limit: dropped,
  };
}
