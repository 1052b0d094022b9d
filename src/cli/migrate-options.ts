import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../duration.js';
import { isCalendarDate } from '../tools/migrate/notice.js';

export function rootOption(): Option {
  return new Option('--root <dir>', 'root of the stack repository').default('.');
}

export function prefixOption(): Option {
  return new Option('--prefix <path>', 'METRICS_PREFIX of the new service')
    .argParser(readPrefix)
    .default('/prometheus');
}

export function targetOption(): Option {
  return new Option('--target <host:port>', 'address of the new scrape target, as Prometheus reaches it')
    .argParser(readTarget)
    .makeOptionMandatory();
}

/** Milliseconds, from a Prometheus duration. */
export function periodOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(readPeriod);
}

export function dateOption(): Option {
  return new Option('--date <YYYY-MM-DD>', 'date of the removal').argParser(readDate).makeOptionMandatory();
}

function readTarget(text: string): string {
  const port = /^(?:[A-Za-z\d](?:[\w.-]*[A-Za-z\d])?|\[[\da-fA-F:.]+\]):(\d{1,5})$/.exec(text)?.[1];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new InvalidArgumentError('expected host:port such as backend:8000');
  }
  return text;
}

function readPrefix(text: string): string {
  if (!/^(?:\/[\w.~-]+)*\/?$/.test(text)) throw new InvalidArgumentError('expected a path such as /prometheus');
  return text.replace(/\/$/, '');
}

function readPeriod(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds < 1000)
    throw new InvalidArgumentError('expected a duration of at least 1s, such as 24h');
  return milliseconds;
}

function readDate(text: string): string {
  if (!isCalendarDate(text)) throw new InvalidArgumentError('expected a date such as 2027-01-31');
  return text;
}
