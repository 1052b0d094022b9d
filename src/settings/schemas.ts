import { accessSync, constants, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseDuration } from '../duration.js';
import { type Matcher, parseMarker, parseMatchers } from '../promql/matchers.js';
import { formatPromqlError, PromqlError } from '../promql/parse-promql.js';
import { nearestName } from './nearest-name.js';
import { readCertificates } from './read-certificates.js';
import { readErrorReason } from './read-error-reason.js';

/** Rejects a value; `detail` adds why. */
type Reject = (detail?: string) => never;

/** A schema with one message for every issue: what was expected. The detail is in the issue's `params`. */
function schemaOf<Input, Output>(
  input: (expected: string) => z.ZodType<Input, Input>,
  expected: string,
  read: (value: Input, reject: Reject) => Output,
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
  return schemaOf(textOrNumber, expected, (value, reject) => {
    const seconds = typeof value === 'number' || /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
    const milliseconds = seconds === undefined ? parseDuration(String(value)) : Math.round(seconds * 1000);
    if (milliseconds === undefined || milliseconds > (parseDuration(max) ?? 0)) return reject();
    return milliseconds > 0 || (zero && milliseconds === 0) ? milliseconds : reject();
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

/** Lower-case host names, from a list separated by commas. */
export function hostNames(): z.ZodType<readonly string[], string> {
  return schemaOf(text, 'host names without ports, separated by commas', (value, reject) => {
    const names = value
      .toLowerCase()
      .split(',')
      .map((name) => name.trim());
    return names.every((name) => /^[\w.-]{1,253}$/.test(name)) ? names : reject();
  });
}

/** Bytes, from a number with or without a unit. */
export function size(): z.ZodType<number, string | number> {
  const expected = 'a size above 0 such as "64MiB" or "10MB", or a whole number of bytes';
  return schemaOf(textOrNumber, expected, (value, reject) => {
    const [, count, unit = ''] = /^(\d+) ?([a-z]*)$/i.exec(String(value)) ?? [];
    const bytes = Number(count) * (sizeUnits[unit.toLowerCase()] ?? Number.NaN);
    return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : reject();
  });
}

export function integer({ min, max }: { min: number; max: number }): z.ZodType<number, string | number> {
  return schemaOf(textOrNumber, `a whole number from ${min} to ${max}`, (value, reject) => {
    const number = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : reject();
  });
}

export function boolean(): z.ZodType<boolean, string | boolean> {
  return schemaOf(textOrBoolean, 'true or false (or 1 or 0)', (value, reject) => {
    const word = String(value).toLowerCase();
    if (word === 'true' || word === '1') return true;
    return word === 'false' || word === '0' ? false : reject();
  });
}

/** An origin with or without a path prefix, without trailing slash. `credentials` says what to use in place of userinfo. */
export function url(credentials: string): z.ZodType<string, string> {
  const expected = 'a URL that begins with http:// or https://, without query, fragment, user name and password';
  return schemaOf(text, expected, (value, reject) => {
    if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return reject();
    const { origin, pathname, username, password } = new URL(value);
    if (username !== '' || password !== '') return reject(credentials);
    return /[?#\s]/.test(value) ? reject() : (origin + pathname).replace(/\/+$/, '');
  });
}

/** A path prefix of routes; `/` becomes the empty string. */
export function pathPrefix(): z.ZodType<string, string> {
  const expected = 'a path that begins with / and has only letters, digits and - . _ ~ between slashes';
  return schemaOf(text, expected, (value, reject) => {
    const path = value.replace(/\/$/, '');
    const valid = value.startsWith('/') && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)*$/.test(path);
    return valid ? path : reject();
  });
}

/** A name or address to listen on. */
export function host(): z.ZodType<string, string> {
  return schemaOf(text, 'a host name or an IP address, without port and brackets', (value, reject) =>
    isIP(value) > 0 || /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?$/i.test(value) ? value : reject(),
  );
}

export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodType<Word, string> {
  return schemaOf(text, `one of ${words.join(', ')}`, (value, reject) => {
    const lower = value.toLowerCase();
    return words.find((word) => word === lower) ?? reject();
  });
}

/** A list of different words, separated by commas. */
export function listOf<const Word extends string>(words: readonly Word[]): z.ZodType<readonly Word[], string> {
  return schemaOf(text, `a list of different words out of ${words.join(', ')}`, (value, reject) => {
    const given = value.split(',').map((word) => word.trim().toLowerCase());
    const known = given.flatMap((word) => words.find((one) => one === word) ?? []);
    if (known.length === given.length && new Set(known).size === known.length) return known;
    const unknown = given.find((word) => !words.some((one) => one === word));
    const meant = unknown === undefined ? undefined : nearestName(unknown, words);
    return reject(meant === undefined ? undefined : `did you mean ${meant}?`);
  });
}

/** A single token for an HTTP header value. */
export function headerWord(): z.ZodType<string, string> {
  return schemaOf(untrimmedText, 'visible ASCII characters without spaces or line breaks', (value, reject) =>
    /^[\x21-\x7e]+$/.test(value) ? value : reject(),
  );
}

/** User name or password for HTTP basic authentication. */
export function credential({ colon }: { colon: boolean }): z.ZodType<string, string> {
  const expected = `text without control characters${colon ? '' : ' and colons'}`;
  return schemaOf(untrimmedText, expected, (value, reject) =>
    value === '' || /\p{Cc}/u.test(value) || (!colon && value.includes(':')) ? reject() : value,
  );
}

/** Path of a file that is readable now; the content is read later. */
export function readableFile(): z.ZodType<string, string> {
  return schemaOf(untrimmedText, 'the path of a file that can be read', (path, reject) => {
    try {
      if (statSync(path).isDirectory()) return reject('it is a directory');
      accessSync(path, constants.R_OK);
      return path;
    } catch (error) {
      return reject(readErrorReason(error));
    }
  });
}

/** Path of a PEM certificate file; checked now, read again when connections are made. */
export function certificatesFile(): z.ZodType<string, string> {
  return schemaOf(untrimmedText, 'the path of a file with PEM certificates', (path, reject) => {
    try {
      readCertificates(path);
      return path;
    } catch (error) {
      return reject(error instanceof Error ? error.message : String(error));
    }
  });
}

export function matchers(): z.ZodType<readonly Matcher[], string> {
  return schemaOf(text, 'PromQL matchers such as env="production"', withPromqlErrors(parseMatchers));
}

/** Blank text is no marker. */
export function marker(): z.ZodType<{ readonly label: string; readonly value: string } | undefined, string> {
  const expected = 'one PromQL matcher such as reexported_by="gatewayz-metrics", or empty text';
  return schemaOf(text, expected, withPromqlErrors(parseMarker));
}

function withPromqlErrors<Output>(parse: (text: string) => Output): (value: string, reject: Reject) => Output {
  return (value, reject) => {
    try {
      return parse(value);
    } catch (error) {
      if (error instanceof PromqlError) return reject(formatPromqlError(error));
      throw error;
    }
  };
}
