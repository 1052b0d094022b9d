import { formatDateTime, visibleName, zoneName } from './format.js';
import { providerQuantities, providerWords } from './provider-table.js';
import { hashOf, route } from './route.js';
import { StateIcon } from './state-icon.js';
import { freshness, recorded, shown } from './store.js';
import { stateChanges, Timeline } from './timeline.js';

/** One provider: its numbers, and its states of the last two hours in a bar and in words. */
export function ProviderPage() {
  const { name, zone } = route.value;
  const provider = shown.value?.providers.find((one) => one.name === name);
  return (
    <section class={`page ${freshness.value ?? ''}`} aria-labelledby="page-title">
      <a class="back" href={hashOf({})}>
        Overview
      </a>
      <h2 id="page-title" tabIndex={-1} dir="auto">
        <bdi>{visibleName(name)}</bdi>
      </h2>
      {provider === undefined ? (
        <p>No provider of this name has series.</p>
      ) : (
        <>
          <p class="state">
            <StateIcon state={provider.state} size={16} /> {providerWords[provider.state]}
          </p>
          <dl class="facts">
            {providerQuantities(provider).map(({ label, text, unit }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  {text}
                  <span class="unit">{unit}</span>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <h3>States</h3>
      <Timeline history={recorded.value} name={name} tall />
      <table class="changes">
        <thead>
          <tr>
            <th scope="col">From ({zoneName(zone, shown.value?.timestamp ?? Date.now())})</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {stateChanges(recorded.value, name).map(({ from, word }) => (
            <tr key={from}>
              <td>{formatDateTime(from, zone)}</td>
              <td>{word}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
