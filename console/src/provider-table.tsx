import { useRef } from 'preact/hooks';
import type { ProviderRow, ProviderState } from '../../src/history/console-document.js';
import { formatQuantity, formatTime, type Quantity, visibleName } from './format.js';
import { shownSpan } from './history.js';
import { hashOf, route } from './route.js';
import { StateIcon } from './state-icon.js';
import { freshness, recorded, shown } from './store.js';
import { Timeline } from './timeline.js';

export const providerWords: Readonly<Record<ProviderState, string>> = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  down: 'Down',
  idle: 'No traffic',
};

const rank: Readonly<Record<ProviderState, number>> = { down: 0, degraded: 1, healthy: 2, idle: 3 };

function troubleFirst(providers: readonly ProviderRow[]): readonly ProviderRow[] {
  return [...providers].sort(
    (a, b) =>
      rank[a.state] - rank[b.state] ||
      (b.requests_per_minute ?? 0) - (a.requests_per_minute ?? 0) ||
      a.name.localeCompare(b.name, 'en'),
  );
}

/** The providers, trouble first. Their order stands still while a pointer or the focus is in the table. */
export function ProviderTable() {
  const order = useRef<readonly string[]>([]);
  const inside = useRef({ pointer: false, focus: false });
  const providers = shown.value?.providers ?? [];
  const frozen = inside.current.pointer || inside.current.focus;
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const sorted = troubleFirst(providers).map(({ name }) => name);
  order.current = frozen
    ? [...order.current.filter((name) => byName.has(name)), ...sorted.filter((name) => !order.current.includes(name))]
    : sorted;
  const counts = countsOf(providers);
  const reason = shown.value?.providers_reason;
  if (providers.length === 0 && reason === undefined) return null;
  return (
    <section class={`providers ${freshness.value ?? ''}`} aria-labelledby="providers">
      <h2 id="providers">
        Providers <span class="counts">{counts}</span>
      </h2>
      {reason !== undefined && <p class="reason">{reason}</p>}
      <div
        class="scroll"
        onPointerEnter={() => {
          inside.current.pointer = true;
        }}
        onPointerLeave={() => {
          inside.current.pointer = false;
        }}
        onFocusIn={() => {
          inside.current.focus = true;
        }}
        onFocusOut={() => {
          inside.current.focus = false;
        }}
      >
        <table>
          <thead>
            <tr>
              <th scope="col">Provider</th>
              <th scope="col">State</th>
              <th scope="col" class="line">
                {spanText(shownSpan(recorded.value))}
              </th>
              <th scope="col" class="n">
                Errors
              </th>
              <th scope="col" class="n">
                Requests
              </th>
              <th scope="col" class="n">
                Mean
              </th>
              <th scope="col" class="n">
                p95
              </th>
              <th scope="col" class="n">
                First token
              </th>
            </tr>
          </thead>
          <tbody>
            {order.current.map((name) => (
              <Row key={name} provider={byName.get(name)!} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ provider }: { provider: ProviderRow }) {
  const { name, state, since } = provider;
  return (
    <tr class={state}>
      <th scope="row">
        <a href={hashOf({ view: 'provider', name })} dir="auto">
          <bdi>{visibleName(name)}</bdi>
        </a>
      </th>
      <td class="state">
        <StateIcon state={state} size={14} /> {providerWords[state]}
        {since !== null && <span class="since"> since {formatTime(since, route.value.zone)}</span>}
      </td>
      <td class="line">
        <Timeline history={recorded.value} name={name} />
      </td>
      {providerQuantities(provider).map(({ label, text, unit }) => (
        <td key={label} class="n">
          {text}
          {unit !== '' && <span class="unit">{unit}</span>}
        </td>
      ))}
    </tr>
  );
}

export function providerQuantities(provider: ProviderRow): readonly (Quantity & { readonly label: string })[] {
  return [
    { label: 'Errors', ...formatQuantity(provider.error_ratio, 'ratio') },
    { label: 'Requests', ...formatQuantity(provider.requests_per_minute, 'requests per minute') },
    { label: 'Mean response time', ...formatQuantity(provider.mean_seconds, 'seconds') },
    { label: '95th percentile', ...formatQuantity(provider.p95_seconds, 'seconds') },
    { label: 'Mean time to first token', ...formatQuantity(provider.first_token_seconds, 'seconds') },
  ];
}

function countsOf(providers: readonly ProviderRow[]): string {
  const count = (state: ProviderState): number => providers.filter((one) => one.state === state).length;
  return (['down', 'degraded', 'healthy', 'idle'] as const)
    .flatMap((state) => (count(state) === 0 ? [] : `${count(state)} ${providerWords[state].toLowerCase()}`))
    .join(' · ');
}

function spanText(milliseconds: number): string {
  return milliseconds < 7_200_000 ? `Last ${milliseconds / 60_000} minutes` : 'Last two hours';
}
