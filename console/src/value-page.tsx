import { useEffect, useRef, useState } from 'preact/hooks';
import type { FieldDescription, HistoryDocument, HistoryRange } from '../../src/history/console-document.js';
import { formatAge, formatQuantity, formatTime, fullValue } from './format.js';
import { Plot } from './plot.js';
import { hashOf, ranges, route } from './route.js';
import { freshness, sections, shown } from './store.js';
import { authorization } from './token.js';

interface Loading {
  readonly document: HistoryDocument | undefined;
  readonly error: string | undefined;
  readonly busy: boolean;
}

const steps: readonly (readonly [number, string])[] = [
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** One value: its history, its meaning, and its PromQL. */
export function ValuePage() {
  const { name, range, zone } = route.value;
  const field = sections.value.flatMap(({ fields }) => fields).find(({ id }) => id === name);
  const { document, error, busy } = useHistory(field?.id, range);
  const value = shown.value?.values[name] ?? null;
  const staleSeconds = shown.value?.stale[name];
  const reason = shown.value?.missing[name];
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented) location.hash = hashOf({});
    };
    addEventListener('keydown', close);
    return () => removeEventListener('keydown', close);
  }, []);
  return (
    <section class={`page ${freshness.value ?? ''}`} aria-labelledby="page-title">
      <a class="back" href={hashOf({})}>
        Overview
      </a>
      <h2 id="page-title" tabIndex={-1}>
        {field?.label ?? name}
      </h2>
      {field === undefined && sections.value.length > 0 && <p class="reason">There is no value of this name.</p>}
      {field !== undefined && (
        <>
          <Current field={field} value={value} reason={reason} staleSeconds={staleSeconds} />
          <div class="controls">
            <nav aria-label="Range">
              {ranges.map((one) => (
                <a
                  key={one}
                  href={hashOf({ ...route.value, range: one })}
                  aria-current={one === range ? 'true' : undefined}
                >
                  {one}
                </a>
              ))}
            </nav>
            <p class="note">
              {busy ? 'Loading…' : document && `${document.range}, one point every ${stepText(document.step_seconds)}`}
            </p>
          </div>
          {error !== undefined && <p class="reason">{error}</p>}
          <div aria-busy={busy}>{document && <Plot document={document} field={field} zone={zone} />}</div>
          {document && <Expression promql={document.promql} />}
          <p class="note">
            Raw: <a href="../metrics/summary">{field.id} in /summary</a>
            {shown.value && `, evaluated at ${formatTime(shown.value.timestamp, zone)}`}
          </p>
        </>
      )}
    </section>
  );
}

function Current(props: {
  field: FieldDescription;
  value: number | null;
  reason: string | undefined;
  staleSeconds: number | undefined;
}) {
  const { field, value, reason, staleSeconds } = props;
  const { text, unit } = formatQuantity(value, field.unit);
  return (
    <>
      <p class="big" title={fullValue(value, field.unit)}>
        {text}
        <span class="unit">{unit}</span>
        {staleSeconds !== undefined && <span class="since"> {formatAge(staleSeconds)} old</span>}
      </p>
      {reason !== undefined && <p class="reason">{reason}</p>}
      <p>
        {field.help} Unit: {field.unit}.
      </p>
    </>
  );
}

function stepText(seconds: number): string {
  const [size, unit] = steps.find(([one]) => seconds >= one && seconds % one === 0) ?? [1, 's'];
  return `${seconds / size} ${unit}`;
}

/** The old history stays until the new one is there; a request for what is no longer shown is cancelled. */
function useHistory(field: string | undefined, range: HistoryRange): Loading {
  const [loading, setLoading] = useState<Loading>({ document: undefined, error: undefined, busy: true });
  useEffect(() => {
    if (field === undefined) return;
    const controller = new AbortController();
    setLoading(({ document }) => ({
      document: document?.field === field ? document : undefined,
      error: undefined,
      busy: true,
    }));
    fetchHistory(field, range, controller.signal).then(
      (document) => setLoading({ document, error: undefined, busy: false }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setLoading({ document: undefined, error: error instanceof Error ? error.message : String(error), busy: false });
      },
    );
    return () => controller.abort();
  }, [field, range]);
  return loading;
}

async function fetchHistory(field: string, range: HistoryRange, signal: AbortSignal): Promise<HistoryDocument> {
  const url = `history?${new URLSearchParams({ field, range }).toString()}`;
  const response = await fetch(url, { credentials: 'same-origin', headers: authorization(), signal });
  if (response.ok) return (await response.json()) as HistoryDocument;
  const body = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
  throw new Error(body.error?.message ?? `No history: HTTP ${response.status}.`);
}

function Expression({ promql }: { promql: string }) {
  const code = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    // Without HTTPS there is no clipboard: the text is selected instead.
    const select = (): void => {
      if (code.current) getSelection()?.selectAllChildren(code.current);
    };
    if (navigator.clipboard === undefined) select();
    else navigator.clipboard.writeText(promql).then(() => setCopied(true), select);
  };
  return (
    <div class="promql">
      <h3>PromQL</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long expressions scroll, which the keyboard must be able to do */}
      <pre tabIndex={0}>
        <code ref={code}>{promql}</code>
      </pre>
      <button type="button" onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
