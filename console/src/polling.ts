import { effect } from '@preact/signals';
import type { ConsoleDocument, ConsoleUnavailable } from '../../src/history/console-document.js';
import { route } from './route.js';
import { accept, clear, latest, problem, recorded, sections, slowed, suspect, tick, upgraded } from './store.js';
import { authorization, forgetToken, hasToken, rememberToken } from './token.js';

/** Name of this page's script: the server says which one it has. */
const build = new URL(import.meta.url).pathname.split('/').at(-1) ?? '';
const requestTimeout = 20_000;
const longestWait = 60_000;
/** Milliseconds without a touch after which the page asks less often. */
const untouchedLimit = 3_600_000;
const reloadAfter = 600_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let running: AbortController | undefined;
let failures = 0;
let stopped = false;
let touchedAt = performance.now();

const untouched = (): number => performance.now() - touchedAt;

function schedule(milliseconds: number): void {
  clearTimeout(timer);
  if (stopped || document.hidden) return;
  // Some jitter, so that many pages do not ask in the same moment.
  timer = setTimeout(() => void poll(), milliseconds * (1 + 0.1 * Math.random()));
}

/** Asks now; a request under way is cancelled. */
export function pollNow(): void {
  stopped = false;
  clearTimeout(timer);
  running?.abort();
  void poll();
}

async function poll(): Promise<void> {
  const controller = new AbortController();
  running = controller;
  const limit = setTimeout(() => controller.abort(new DOMException('', 'TimeoutError')), requestTimeout);
  try {
    const response = await fetch(dataUrl(), {
      cache: 'no-store',
      credentials: 'same-origin',
      headers: authorization(),
      signal: controller.signal,
    });
    await take(response);
  } catch {
    if (running !== controller) return;
    problem.value = { kind: 'unreachable' };
    backOff();
  } finally {
    clearTimeout(limit);
  }
}

/** Only what is newer than the page has, and models only while they are shown. */
function dataUrl(): string {
  const parameters = new URLSearchParams();
  const newest = recorded.value.points.at(-1)?.timestamp;
  if (newest !== undefined && sections.value.length > 0) parameters.set('since', String(newest));
  if (route.value.view === 'models') parameters.set('models', route.value.ranking);
  const query = parameters.toString();
  return query === '' ? 'data' : `data?${query}`;
}

async function take(response: Response): Promise<void> {
  if (response.status === 200) {
    const document = (await response.json()) as ConsoleDocument;
    failures = 0;
    const next = secondsToNext(response.headers);
    accept(document, next, build);
    slowed.value = untouched() > untouchedLimit;
    if (upgraded.value && untouched() > reloadAfter) location.reload();
    schedule(1000 * (slowed.value ? Math.max(60, next) : next));
    return;
  }
  if (response.status === 401 && /bearer/i.test(response.headers.get('www-authenticate') ?? '')) {
    stopped = true;
    problem.value = { kind: 'token', rejected: hasToken() };
    forgetToken();
    clear();
  } else if (response.status === 401 || response.status === 403) {
    stopped = true;
    problem.value = { kind: 'refused', message: await messageOf(response) };
    clear();
  } else if (response.status === 429) {
    problem.value = { kind: 'busy' };
    backOff(response.headers);
  } else {
    const message = await unavailableMessage(response);
    problem.value =
      message === undefined ? { kind: 'unexpected', status: response.status } : { kind: 'unavailable', message };
    backOff(response.headers);
  }
}

async function messageOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { error?: { message?: unknown } };
    if (typeof error?.message === 'string') return error.message.replace(/\.$/, '');
  } catch {}
  return `HTTP ${response.status}`;
}

async function unavailableMessage(response: Response): Promise<string | undefined> {
  try {
    const body = (await response.json()) as Partial<ConsoleUnavailable>;
    return body.status === 'unavailable' ? (body.error?.message ?? 'there is no recent data') : undefined;
  } catch {
    return undefined;
  }
}

/** `max-age` counts from the evaluation, as `Age` does. */
function secondsToNext(headers: Headers): number {
  const maxAge = /max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1];
  const left = maxAge === undefined ? 5 : Number(maxAge) - Number(headers.get('age') ?? 0);
  return Math.min(Math.max(left + 1, 2), 600);
}

function backOff(headers?: Headers): void {
  failures += 1;
  const asked = Number(headers?.get('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(asked) ? 1000 * asked : Math.min(longestWait, 1000 * 2 ** failures);
  schedule(Math.min(Math.max(wait, 1_000), 600_000));
}

/** Starts with a token that somebody typed. */
export function signIn(token: string): void {
  rememberToken(token);
  problem.value = undefined;
  pollNow();
}

export function signOut(): void {
  forgetToken();
  running?.abort();
  running = undefined;
  clearTimeout(timer);
  stopped = true;
  clear();
  problem.value = { kind: 'token', rejected: false };
}

/** Polls while the page is visible; wakes with it. */
export function startPolling(): void {
  setInterval(tick, 1000);
  const wake = (): void => {
    tick();
    if (document.hidden) {
      clearTimeout(timer);
      return;
    }
    if (latest.value !== undefined) suspect.value = true;
    if (!stopped) pollNow();
  };
  document.addEventListener('visibilitychange', wake);
  addEventListener('online', wake);
  addEventListener('pageshow', (event) => event.persisted && wake());
  for (const event of ['pointerdown', 'keydown', 'wheel']) {
    addEventListener(
      event,
      () => {
        touchedAt = performance.now();
        if (!slowed.value) return;
        slowed.value = false;
        pollNow();
      },
      { passive: true },
    );
  }
  let asked = '';
  effect(() => {
    const wanted = route.value.view === 'models' ? route.value.ranking : '';
    if (wanted === asked) return;
    asked = wanted;
    if (wanted !== '' && !stopped) pollNow();
  });
  if (route.value.view !== 'models') pollNow();
}
