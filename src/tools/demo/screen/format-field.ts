import { degradedErrorRate, downErrorRate } from '../../../catalogue/thresholds.js';

/** How a summary value looks on the screen. */
export interface FormattedField {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly color: Color | undefined;
}

export type Color = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

interface Format {
  readonly unit?: string;
  readonly factor?: number;
  readonly color?: (value: number) => Color | undefined;
  readonly text?: (value: number) => string;
}

const worseFrom = (yellow: number, red: number) => (value: number) =>
  value >= red ? 'red' : value >= yellow ? 'yellow' : 'green';
const yesNo: Format = {
  text: (value) => (value === 1 ? 'yes' : 'no'),
  color: (value) => (value === 1 ? 'green' : 'red'),
};

const formats: Readonly<Record<string, Format>> = {
  'http.request_rate_per_minute': { unit: 'req/min' },
  'http.error_rate': { unit: '%', color: worseFrom(1, 5) },
  'providers.avg_error_rate': {
    unit: '%',
    factor: 100,
    color: worseFrom(100 * degradedErrorRate, 100 * downErrorRate),
  },
  'providers.healthy_providers': { color: () => 'green' },
  'providers.degraded_providers': { color: (value) => (value > 0 ? 'yellow' : 'green') },
  'providers.unavailable_providers': { color: (value) => (value > 0 ? 'red' : 'green') },
  'database.cache_hit_rate': { unit: '%', factor: 100 },
  'health.service_up': yesNo,
  'health.monitoring_active': yesNo,
  'health.active_incidents': { color: worseFrom(1, 10) },
};

/** Formats a value of the summary. `text` is as in `/summary`; missing values have a dash. */
export function formatField(section: string, field: string, text: string): FormattedField {
  const format = formats[`${section}.${field}`] ?? {};
  const unit =
    format.unit ?? (field.endsWith('_ms') ? 'ms' : field.endsWith('_ratio') || field.endsWith('_usage') ? '%' : '');
  const factor = format.factor ?? (unit === '%' && format.unit === undefined ? 100 : 1);
  const number = Number(text);
  const label = labelOf(section, field);
  if (text === '' || !Number.isFinite(number)) return { label, value: '–', unit: '', color: 'dim' };
  const value = number * factor;
  return {
    label,
    value: format.text?.(number) ?? formatNumber(value),
    unit: format.text ? '' : unit,
    color: format.color?.(value),
  };
}

/** `avg_latency_ms` becomes `mean latency`: the unit stands beside the value, and the section above it. */
function labelOf(section: string, field: string): string {
  return field
    .replace(/_(?:ms|per_minute)$/, '')
    .replace(section === 'providers' ? /_providers$/ : /(?<=_)inference_/, '')
    .replace(/^unavailable$/, 'down')
    .replace(/^avg_/, 'mean_')
    .replaceAll('_', ' ')
    .replace('api keys', 'API keys');
}

/** At most nine characters: grouped digits, and a decimal below 1000 unless the number is whole. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e10) return `${(value / 1e9).toFixed(1)} G`;
  if (size >= 1e7) return `${(value / 1e6).toFixed(1)} M`;
  const digits = Number.isInteger(value) || size >= 1000 ? 0 : size >= 1 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
