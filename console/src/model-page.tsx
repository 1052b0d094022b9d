import { useEffect, useState } from 'preact/hooks';
import type { ModelRanking, ModelRow } from '../../src/history/console-document.js';
import { formatAge, formatNumber, formatQuantity, visibleName } from './format.js';
import { hashOf, rankings, replaceRoute, route } from './route.js';
import { freshness, models, shown } from './store.js';

const rankingWords: Readonly<Record<ModelRanking, string>> = {
  requests: 'Requests',
  tokens: 'Tokens',
  credits: 'Credits',
  p95: 'p95',
  errors: 'Errors',
};

/** The first hundred pairs of model and provider by what the reader chooses; Prometheus does the choosing. */
export function ModelPage() {
  const { ranking, filter } = route.value;
  const [text, setText] = useState(filter);
  useEffect(() => setText(route.value.filter), [filter]);
  const table = shown.value === undefined || models.value?.ranking !== ranking ? undefined : models.value;
  const wanted = text.trim().toLowerCase();
  const rows = table?.rows.filter(({ model, provider }) => `${model} ${provider}`.toLowerCase().includes(wanted)) ?? [];
  return (
    <section class={`page ${freshness.value ?? ''}`} aria-labelledby="page-title" aria-busy={table === undefined}>
      <h2 id="page-title" tabIndex={-1}>
        Models
      </h2>
      <div class="controls">
        <nav aria-label="Order">
          {rankings.map((one) => (
            <a
              key={one}
              href={hashOf({ ...route.value, ranking: one })}
              aria-current={one === ranking ? 'true' : undefined}
            >
              {rankingWords[one]}
            </a>
          ))}
        </nav>
        <label>
          <span>Filter</span>
          <input
            type="search"
            value={text}
            maxLength={200}
            onInput={({ currentTarget }) => {
              setText(currentTarget.value);
              replaceRoute({ filter: currentTarget.value });
            }}
          />
        </label>
        <p class="note">
          {countText(table?.total ?? null, table?.rows.length ?? 0, wanted === '' ? undefined : rows.length)}
        </p>
      </div>
      {table?.reason !== undefined && <p class="reason">{table.reason}</p>}
      {table?.stale_seconds !== undefined && (
        <p class="reason">These values are {formatAge(table.stale_seconds)} old.</p>
      )}
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Provider</th>
              {rankings.map((one) => (
                <th key={one} scope="col" class="n" aria-sort={one === ranking ? 'descending' : undefined}>
                  {rankingWords[one]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={`${row.model}\n${row.provider}`} row={row} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">
        In the last hour. By p95 and errors, only pairs with at least 20 requests.{' '}
        <a href="../metrics/models">All pairs as text</a>
      </p>
    </section>
  );
}

function countText(total: number | null, received: number, matching: number | undefined): string {
  const of = total === null ? '' : ` of ${total.toLocaleString('en')}`;
  return matching === undefined ? `${formatNumber(received)}${of}` : `${matching} of the first ${received}${of}`;
}

function Row({ row }: { row: ModelRow }) {
  const cells = {
    requests: formatQuantity(row.requests, 'requests'),
    tokens: formatQuantity(row.tokens, 'tokens'),
    credits: formatQuantity(row.credits, 'credits'),
    p95: formatQuantity(row.p95_seconds, 'seconds'),
    errors: formatQuantity(row.error_ratio, 'ratio'),
  };
  return (
    <tr>
      <th scope="row" dir="auto">
        <bdi>{visibleName(row.model)}</bdi>
      </th>
      <td dir="auto">
        <bdi>{visibleName(row.provider)}</bdi>
      </td>
      {rankings.map((one) => (
        <td key={one} class="n">
          {cells[one].text}
          {cells[one].unit !== '' && <span class="unit">{cells[one].unit}</span>}
        </td>
      ))}
    </tr>
  );
}
