import type { Encoding } from '../render/representation.js';
import type { MetricsRequest } from './message.js';

/** A header's value; several fields of one name are one list. */
export function header(request: MetricsRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}

/**
 * OpenMetrics where the client accepts version 1.0.0 of it at least as gladly as plain text; else the text format, which
 * is also the answer to an `Accept` that names neither. OpenMetrics must be named; plain text may be meant by a wildcard.
 */
export function wantsOpenMetrics(accept: string): boolean {
  const ranges = accept.toLowerCase();
  if (!ranges.includes('openmetrics')) return false;
  const accepted = new Map<string, number>();
  for (const range of ranges.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const version = parameters
      .find((parameter) => parameter.startsWith('version='))
      ?.replace(/^version="?([^"]*)"?$/, '$1');
    const ours = versions[type];
    if (version === undefined || version === ours) {
      accepted.set(type, Math.max(accepted.get(type) ?? 0, quality(parameters)));
    }
  }
  const openMetrics = accepted.get('application/openmetrics-text') ?? 0;
  // The most specific range counts (RFC 9110 section 12.5.1).
  const text = accepted.get('text/plain') ?? accepted.get('text/*') ?? accepted.get('*/*') ?? 0;
  return openMetrics > 0 && openMetrics >= text;
}

const versions: Readonly<Record<string, string>> = { 'application/openmetrics-text': '1.0.0', 'text/plain': '0.0.4' };

/** The forms of the documentation. */
export type DocsForm = 'markdown' | 'html' | 'json' | 'openapi';

/** The form of `/docs` that the client prefers; Markdown unless it names HTML or JSON. */
export function docsForm(accept: string): DocsForm {
  let best: { readonly form: DocsForm; readonly quality: number } = { form: 'markdown', quality: 0 };
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const form = docsForms[type];
    const preference = quality(parameters);
    if (form && preference > best.quality) best = { form, quality: preference };
  }
  return best.form;
}

const docsForms: Readonly<Record<string, DocsForm>> = {
  'text/markdown': 'markdown',
  'text/html': 'html',
  'application/json': 'json',
};

/** gzip where the client accepts it. */
export const acceptedEncoding: (acceptEncoding: string) => Encoding = remembered((acceptEncoding) => {
  for (const coding of acceptEncoding.toLowerCase().split(',')) {
    const [name, ...parameters] = coding.split(';').map((part) => part.trim());
    if ((name === 'gzip' || name === 'x-gzip') && quality(parameters) > 0) return 'gzip';
  }
  return 'identity';
});

/** Whether `If-None-Match` names the tag, compared weakly as RFC 9110 section 13.1.2 asks for GET and HEAD. */
export function matchesTag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === '') return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/** The `q` of RFC 9110 section 12.4.2; 1 without one, 0 for what is no number. */
function quality(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => /^q\s*=/.test(parameter));
  if (given === undefined) return 1;
  const value = Number(given.replace(/^q\s*=\s*/, ''));
  return value >= 0 && value <= 1 ? value : 0;
}

/** Clients say the same few things again and again; what is long or new all the time is not worth the memory. */
function remembered<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = read(text);
    if (known.size < 64 && text.length < 128) known.set(text, value);
    return value;
  };
}
