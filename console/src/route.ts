import { signal } from '@preact/signals';
import type { HistoryRange, ModelRanking } from '../../src/history/console-document.js';
import type { Zone } from './format.js';

/** What the page shows: all of it stands in the hash of the URL. */
export interface Route {
  readonly view: 'overview' | 'models' | 'value' | 'provider';
  /** Field id or provider name. */
  readonly name: string;
  readonly range: HistoryRange;
  readonly ranking: ModelRanking;
  readonly filter: string;
  readonly zone: Zone;
}

export const ranges: readonly HistoryRange[] = ['1h', '6h', '24h', '7d'];
export const rankings: readonly ModelRanking[] = ['requests', 'tokens', 'credits', 'p95', 'errors'];

function oneOf<T extends string>(values: readonly T[], value: string | null): T {
  return values.find((one) => one === value) ?? values[0]!;
}

export function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view, name = ''] = path.split('/', 2);
  const parameters = new URLSearchParams(query);
  return {
    view: oneOf(['overview', 'models', 'value', 'provider'], view ?? ''),
    name: decoded(name),
    range: oneOf(ranges, parameters.get('range')),
    ranking: oneOf(rankings, parameters.get('by')),
    filter: (parameters.get('filter') ?? '').slice(0, 200),
    zone: oneOf(['local', 'utc'], parameters.get('zone')),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function hashOf(given: Partial<Route>): string {
  const { view = 'overview', name = '', range, ranking, filter, zone = route.value.zone } = given;
  const parameters = new URLSearchParams();
  if (range !== undefined && range !== '1h') parameters.set('range', range);
  if (ranking !== undefined && ranking !== 'requests') parameters.set('by', ranking);
  if (filter) parameters.set('filter', filter);
  if (zone !== 'local') parameters.set('zone', zone);
  const path = view === 'overview' ? '#/' : `#/${view}${name === '' ? '' : `/${encodeURIComponent(name)}`}`;
  const query = parameters.toString();
  return query === '' ? path : `${path}?${query}`;
}

export const route = signal<Route>(parseHash(location.hash));

/** Changes the hash without a new entry in the browser's history. */
export function replaceRoute(change: Partial<Route>): void {
  history.replaceState(null, '', hashOf({ ...route.value, ...change }));
  route.value = parseHash(location.hash);
}

addEventListener('hashchange', () => {
  const before = route.value;
  route.value = parseHash(location.hash);
  if (before.view === route.value.view && before.name === route.value.name) return;
  scrollTo(0, 0);
});
