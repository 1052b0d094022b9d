import { accessSync, constants, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { readDuration } from '../duration.js';
import { type Matcher, parseMarker, parseMatchers } from '../promql/matchers.js';
import { formatFault, PromqlFault } from '../promql/parse-promql.js';
import { readCertificates } from './read-certificates.js';
import { unreadable } from './unreadable.js';

/** Gives up on a value: the fault says what was expected and, where more is known, why this is not it. */
type Refuse = (detail?: string) => never;

/** A schema whose one message, for every misfit, is what was expected; `detail` is in the issue's `params`. */
function reading<Input, Output>(
  input: (expected: string) => z.ZodType<Input, Input>,
  expected: string,
  read: (value: Input, refuse: Refuse) => Output,
): z.ZodType<Output, Input> {
  return input(expected).transform((value, context) =>
    read(value, (detail) => {
      context.addIssue({ code: 'custom', message: expected, params: { detail } });
      return z.NEVER;
    }),
  );
}

const text = (expected: string) => z.string({ error: expected }).trim();
const untrimmedText = (expected: string) => z.string({ error: expected });
const textOrNumber = (expected: string) => z.union([text(expected), z.number()], { error: expected });
const textOrBoolean = (expected: string) => z.union([text(expected), z.boolean()], { error: expected });

/** Milliseconds, from a Prometheus duration or seconds; the bounds are durations. */
export function duration({ max, zero = false }: { max: string; zero?: boolean }): z.ZodType<number, string | number> {
  const range = `${zero ? '0 or more' : 'above 0'} and at most ${max}`;
  const expected = `a duration such as "5s" or "1h30m", or a number of seconds, ${range}`;
  return reading(textOrNumber, expected, (value, refuse) => {
    const seconds = typeof value === 'number' || /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
    const milliseconds = seconds === undefined ? readDuration(String(value)) : Math.round(seconds * 1000);
    if (milliseconds === undefined || milliseconds > (readDuration(max) ?? 0)) return refuse();
    return milliseconds > 0 || (zero && milliseconds === 0) ? milliseconds : refuse();
  });
}

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** Bytes, from a number with or without a unit. */
export function size(): z.ZodType<number, string | number> {
  const expected = 'a size above 0 such as "64MiB" or "10MB", or a whole number of bytes';
  return reading(textOrNumber, expected, (value, refuse) => {
    const [, count, unit = ''] = /^(\d+) ?([a-z]*)$/i.exec(String(value)) ?? [];
    const bytes = Number(count) * (sizeUnits[unit.toLowerCase()] ?? Number.NaN);
    return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : refuse();
  });
}

export function integer({ min, max }: { min: number; max: number }): z.ZodType<number, string | number> {
  return reading(textOrNumber, `a whole number from ${min} to ${max}`, (value, refuse) => {
    const number = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : refuse();
  });
}

export function boolean(): z.ZodType<boolean, string | boolean> {
  return reading(textOrBoolean, 'true or false (or 1 or 0)', (value, refuse) => {
    const word = String(value).toLowerCase();
    if (word === 'true' || word === '1') return true;
    return word === 'false' || word === '0' ? false : refuse();
  });
}

/** An origin with or without a path prefix, without trailing slash. `credentials` says what to use in place of userinfo. */
export function url(credentials: string): z.ZodType<string, string> {
  const expected = 'a URL that begins with http:// or https://, without query, fragment, user name and password';
  return reading(text, expected, (value, refuse) => {
    if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return refuse();
    const { origin, pathname, username, password } = new URL(value);
    if (username !== '' || password !== '') return refuse(credentials);
    return /[?#\s]/.test(value) ? refuse() : (origin + pathname).replace(/\/+$/, '');
  });
}

/** A path under which routes are mounted; `/` becomes empty text. */
export function pathPrefix(): z.ZodType<string, string> {
  const expected = 'a path that begins with / and has only letters, digits and - . _ ~ between slashes';
  return reading(text, expected, (value, refuse) => {
    const path = value.replace(/\/$/, '');
    const valid = value.startsWith('/') && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)*$/.test(path);
    return valid ? path : refuse();
  });
}

/** A name or address to listen on. */
export function host(): z.ZodType<string, string> {
  return reading(text, 'a host name or an IP address, without port and brackets', (value, refuse) =>
    isIP(value) > 0 || /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?$/i.test(value) ? value : refuse(),
  );
}

export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodType<Word, string> {
  return reading(text, `one of ${words.join(', ')}`, (value, refuse) => {
    const lower = value.toLowerCase();
    return words.find((word) => word === lower) ?? refuse();
  });
}

/** What can stand in an HTTP header as one word. */
export function headerWord(): z.ZodType<string, string> {
  return reading(untrimmedText, 'visible ASCII characters without spaces or line breaks', (value, refuse) =>
    /^[\x21-\x7e]+$/.test(value) ? value : refuse(),
  );
}

/** One half of HTTP basic authentication. */
export function credential({ colon }: { colon: boolean }): z.ZodType<string, string> {
  const expected = `text without control characters${colon ? '' : ' and colons'}`;
  return reading(untrimmedText, expected, (value, refuse) =>
    value === '' || /\p{Cc}/u.test(value) || (!colon && value.includes(':')) ? refuse() : value,
  );
}

/** A path that can be read now; it is kept as it is, for reading later. */
export function readableFile(): z.ZodType<string, string> {
  return reading(untrimmedText, 'the path of a file that can be read', (path, refuse) => {
    try {
      if (statSync(path).isDirectory()) return refuse('it is a folder');
      accessSync(path, constants.R_OK);
      return path;
    } catch (error) {
      return refuse(unreadable(error));
    }
  });
}

/** A path of PEM certificates; it is kept as it is, for reading when connections are made. */
export function certificatesFile(): z.ZodType<string, string> {
  return reading(untrimmedText, 'the path of a file with PEM certificates', (path, refuse) => {
    try {
      readCertificates(path);
      return path;
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error));
    }
  });
}

export function matchers(): z.ZodType<readonly Matcher[], string> {
  return reading(text, 'PromQL matchers such as env="production"', explainingFaults(parseMatchers));
}

/** Blank text is no marker. */
export function marker(): z.ZodType<{ readonly label: string; readonly value: string } | undefined, string> {
  const expected = 'one PromQL matcher such as reexported_by="gatewayz-metrics", or empty text';
  return reading(text, expected, explainingFaults(parseMarker));
}

function explainingFaults<Output>(parse: (text: string) => Output): (value: string, refuse: Refuse) => Output {
  return (value, refuse) => {
    try {
      return parse(value);
    } catch (error) {
      if (error instanceof PromqlFault) return refuse(formatFault(error));
      throw error;
    }
  };
}
