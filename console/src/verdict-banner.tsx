import { useSignalEffect } from '@preact/signals';
import type { VerdictState } from '../../src/history/console-document.js';
import { formatAge, formatSeconds, zoneName } from './format.js';
import { route } from './route.js';
import { iconUrl, StateIcon } from './state-icon.js';
import { age, freshness, latest, problem, shown, slowed, upgraded, verdict } from './store.js';

const words: Readonly<Record<VerdictState, string>> = {
  well: 'Well',
  quiet: 'Quiet',
  partial: 'Part unknown',
  degraded: 'Degraded',
  trouble: 'Trouble',
  down: 'Down',
  unknown: 'Cannot tell',
};

/** The state of the gateway in one sentence; also in the title and icon of the tab. */
export function VerdictBanner() {
  useSignalEffect(() => {
    const { state } = verdict.value;
    document.title = `${wordOf(state)} – Gateway console`;
    document.querySelector('link[rel="icon"]')?.setAttribute('href', iconUrl(state));
    document.documentElement.dataset['state'] = state;
  });
  const { state, sentence } = verdict.value;
  return (
    <section class={`verdict ${state}`} aria-label="Verdict">
      <StateIcon state={state} size={40} />
      <div class="words">
        <p class="state">{wordOf(state)}</p>
        {/* The only live region: it speaks when the verdict changes, not at every refresh. */}
        <div role="status">
          <h1>{sentence}</h1>
        </div>
        {latest.value?.hint !== undefined && <p class="hint">{latest.value.hint}</p>}
        {upgraded.value && (
          <p class="hint">
            This page is of an older version.{' '}
            <button type="button" onClick={() => location.reload()}>
              Reload
            </button>
          </p>
        )}
      </div>
      <Age />
    </section>
  );
}

function wordOf(state: VerdictState): string {
  if (state !== 'unknown') return words[state];
  if (latest.value?.status === 'waiting' && problem.value === undefined) return 'Waiting';
  return latest.value === undefined && problem.value === undefined ? 'Loading' : words[state];
}

function Age() {
  if (shown.value === undefined || age.value === undefined) return <div class="age" />;
  const { timestamp } = shown.value;
  const { zone } = route.value;
  return (
    <div class={`age ${freshness.value}`}>
      <span class="number">{formatAge(age.value)}</span> old <br />
      <time dateTime={new Date(timestamp).toISOString()}>{formatSeconds(timestamp, zone)}</time>{' '}
      {zoneName(zone, timestamp)}
      {slowed.value && <p>Refreshed once a minute: nobody has touched the page for an hour.</p>}
    </div>
  );
}
