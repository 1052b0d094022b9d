import type { ProviderState, Verdict } from './console-document.js';

/** What the verdict is decided by. */
export interface VerdictInput {
  readonly status: 'ok' | 'partial' | 'waiting' | 'stale' | 'unavailable';
  readonly ageSeconds: number;
  /** Why there is nothing recent: of a snapshot that is stale or unavailable. */
  readonly failure: string | undefined;
  readonly providers: readonly {
    readonly name: string;
    readonly state: ProviderState;
    readonly error_ratio: number | null;
    readonly requests_per_minute: number | null;
  }[];
  /** Share of the gateway's requests that failed, 0 to 1; null if unknown. */
  readonly errorRatio: number | null;
  /** Requests per minute; null if unknown. */
  readonly requestsPerMinute: number | null;
  /** Number of values that were available within the last hour and are now missing or old. */
  readonly lost: number;
  /** False if the Health Service does not respond; undefined if there is none. */
  readonly healthServiceUp: boolean | undefined;
}

/** Bounds of the error ratio: degraded from the first, down above the second. */
export interface VerdictBounds {
  readonly degradedFrom: number;
  readonly downAbove: number;
}

type Provider = VerdictInput['providers'][number];

/** Says in one sentence whether the gateway is well and, if not, which provider is at fault. Worst first. */
export function verdictOf(input: VerdictInput, { degradedFrom, downAbove }: VerdictBounds): Verdict {
  const { status, failure, providers, errorRatio, requestsPerMinute, lost, healthServiceUp } = input;
  if (status === 'unavailable') {
    return { state: 'unknown', sentence: `Cannot tell: ${clause(failure ?? 'there is no recent data')}.` };
  }
  if (status === 'waiting') return { state: 'unknown', sentence: 'Waiting for the first data of your gateway.' };
  if (status === 'stale') {
    const age = `the values are ${ageText(input.ageSeconds)} old`;
    return {
      state: 'unknown',
      sentence: `Cannot tell: ${age}${failure === undefined ? '' : ` (${clause(failure)})`}.`,
    };
  }
  const active = providers.filter(({ state }) => state !== 'idle');
  const oneDown = downSentence(downAbove);
  const down = busiestFirst(active.filter(({ state }) => state === 'down'));
  if (down.length > 0 && down.length === active.length) {
    return {
      state: 'down',
      sentence: down.length === 1 ? oneDown(down[0]!, '') : `All ${down.length} providers are down.`,
    };
  }
  if (errorRatio !== null && errorRatio > downAbove) {
    return { state: 'down', sentence: `The gateway is down: ${percent(errorRatio)} of its requests fail.` };
  }
  if (down.length > 0) return { state: 'trouble', sentence: oneDown(down[0]!, others(down)) };
  const degraded = busiestFirst(active.filter(({ state }) => state === 'degraded'));
  if (errorRatio !== null && errorRatio >= degradedFrom) {
    const worst = degraded[0] && ` ${oneDegraded(degraded[0], others(degraded))}`;
    return { state: 'trouble', sentence: `${percent(errorRatio)} of the gateway’s requests fail.${worst ?? ''}` };
  }
  if (degraded.length > 0) return { state: 'degraded', sentence: oneDegraded(degraded[0]!, others(degraded)) };
  if (healthServiceUp === false) return { state: 'partial', sentence: 'Part unknown: the Health Service is down.' };
  if (status === 'partial') {
    const values = lost === 1 ? 'one value is' : `${lost} values are`;
    return { state: 'partial', sentence: `Part unknown: ${values} missing or old.` };
  }
  const busy = requestsPerMinute !== null && requestsPerMinute > 0;
  if (!busy && active.length === 0) {
    return { state: 'quiet', sentence: 'Quiet: no requests in the last 5 minutes.' };
  }
  if (requestsPerMinute === 0) return { state: 'quiet', sentence: 'Quiet: no requests in the last minute.' };
  if (active.length === 0 && providers.length > 0) {
    return { state: 'quiet', sentence: 'Quiet: no inference requests in the last 5 minutes.' };
  }
  if (active.length === 0) return { state: 'well', sentence: 'The gateway is well.' };
  const all = active.length === 1 ? `its provider ${active[0]!.name} is` : `all ${active.length} active providers are`;
  return { state: 'well', sentence: `The gateway is well: ${all} healthy.` };
}

/** A provider can be down with few errors: by the gateway's own availability gauge. */
function downSentence(downAbove: number): (provider: Provider, more: string) => string {
  return ({ name, error_ratio }, more) => {
    if (error_ratio !== null && error_ratio > downAbove) {
      return `${name} is down: ${percent(error_ratio)} of its requests fail${more}.`;
    }
    return `${name} is down: its availability is 0${more}.`;
  };
}

function oneDegraded({ name, error_ratio }: Provider, more: string): string {
  const share = error_ratio === null ? '' : `: ${percent(error_ratio)} of its requests fail`;
  return `${name} is degraded${share}${more}.`;
}

function others(providers: readonly Provider[]): string {
  if (providers.length === 1) return '';
  return providers.length === 2 ? `; so is ${providers[1]!.name}` : `; so are ${providers.length - 1} others`;
}

function busiestFirst(providers: readonly Provider[]): readonly Provider[] {
  return [...providers].sort((a, b) => (b.requests_per_minute ?? 0) - (a.requests_per_minute ?? 0));
}

function percent(ratio: number): string {
  const value = 100 * ratio;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)}%`;
}

function ageText(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

/** A sentence of an error, to stand behind a colon. */
function clause(text: string): string {
  return text.replace(/\.$/, '');
}
