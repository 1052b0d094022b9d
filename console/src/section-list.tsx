import type { FieldDescription } from '../../src/history/console-document.js';
import { formatAge, formatChange, formatQuantity, formatTime, fullValue, noValue } from './format.js';
import { hashOf, route } from './route.js';
import { Sparkline } from './sparkline.js';
import { freshness, recorded, sections, shown } from './store.js';

/** The sections of the summary, each value with its course over the last two hours. */
export function SectionList() {
  return (
    <div class={`sections ${freshness.value ?? ''}`}>
      {sections.value.map(({ title, fields }) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          <ul>
            {fields.map((field) => (
              <Field key={field.id} field={field} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** Since when lines and states are recorded: after a restart, or when nobody has looked, not for two hours. */
export function RecordedNote() {
  const since = recorded.value.recordedSince;
  if (since === undefined || shown.value === undefined) return null;
  return (
    <p class="note recorded">
      Lines and states: recorded since {formatTime(since, route.value.zone)}, two hours at most. Changes: against the
      hour before.
    </p>
  );
}

function Field({ field }: { field: FieldDescription }) {
  const { id, label, unit, kind } = field;
  const document = shown.value;
  const value = document?.values[id] ?? null;
  const staleSeconds = document?.stale[id];
  const reason = document?.missing[id];
  const quantity = formatQuantity(value, unit);
  const before = document?.hour_before[id];
  return (
    <li class={staleSeconds === undefined ? '' : 'old'}>
      <a href={hashOf({ view: 'value', name: id })} title={value === null ? (reason ?? '') : fullValue(value, unit)}>
        <span class="label">{label}</span>
        <Sparkline history={recorded.value} id={id} />
        <span class="change">
          {staleSeconds === undefined
            ? kind === 'total'
              ? ''
              : formatChange(value, before, unit)
            : `${formatAge(staleSeconds)} old`}
        </span>
        <span class="value">
          {quantity.text}
          {quantity.unit !== '' && <span class="unit">{quantity.unit}</span>}
        </span>
        {quantity.text === noValue && reason !== undefined && <span class="reason">{reason}</span>}
      </a>
    </li>
  );
}
