import { problemsError } from '../errors.js';
import { findConflicts } from './find-conflicts.js';
import { nearestName } from './nearest-name.js';
import { type Options, type SettingEntry, type Settings, settingsTable } from './settings-table.js';
import { showValue } from './show-value.js';

export { type Options, type SettingEntry, type Settings, settingsTable } from './settings-table.js';

/** A value that was set, with the option or variable name that set it. */
interface Given {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Reads settings from options, else the environment, else defaults. An empty variable counts as unset, except
 * `METRICS_MARKER`, where it means off. Files must be readable and certificates valid.
 * @throws {GatewayzMetricsError} settings_invalid, listing every problem: name, expected and, unless secret, actual value.
 */
export function readSettings(options: Options = {}): Settings {
  const env = options.env ?? process.env;
  const problems = unknownOptions(options);
  const given = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const entry of settingsTable) {
    const source = findGiven(entry, options, env);
    if (source !== undefined) given.set(entry.option, source.name);
    const value = source === undefined ? entry.default : source.value;
    const read = value === undefined ? { success: true as const, data: undefined } : entry.schema.safeParse(value);
    if (read.success) values[entry.option] = read.data;
    else problems.push(`${source?.name ?? entry.option}: ${describeProblem(entry, value, read.error.issues[0])}`);
  }
  problems.push(...findConflicts(given, values));
  if (problems.length > 0) throw problemsError('settings_invalid', 'Invalid settings:', problems);
  // The table's schemas made every value, and the type is derived from them.
  return freeze(values) as Settings;
}

function findGiven(entry: SettingEntry, options: Options, env: NonNullable<Options['env']>): Given | undefined {
  const option: unknown = Reflect.get(options, entry.option);
  if (option !== undefined) return { name: entry.option, value: option };
  const value = entry.env === undefined ? undefined : env[entry.env];
  if (entry.env === undefined || value === undefined) return undefined;
  return value === '' && entry.option !== 'metricsMarker' ? undefined : { name: entry.env, value };
}

function describeProblem(entry: SettingEntry, value: unknown, issue: Issue | undefined): string {
  const detail: unknown = issue?.params?.['detail'];
  const came = `expected ${issue?.message}, got ${showValue(value, entry.secret)}`;
  return typeof detail === 'string' ? `${came}: ${detail}` : came;
}

interface Issue {
  readonly message: string;
  readonly params?: Record<string, unknown> | undefined;
}

function unknownOptions(options: Options): string[] {
  const known = [...settingsTable.map(({ option }) => option), 'env'];
  return Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearestName(name, known);
      return `${name}: unknown option${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
