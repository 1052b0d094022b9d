import { type ExpositionFormat, type ParsedFamily, type ParsedSample, validateFamily } from './validate-family.js';

/**
 * Reads a whole document, far stricter than a scraper: every family has TYPE and HELP before its samples, is whole and
 * comes once; no timestamps, exemplars, spare spaces or unknown escapes; no series twice; and what `checkFamily` says.
 * Throws an error that names the line, or the family.
 */
export function parseExposition(text: string, format: ExpositionFormat): ParsedFamily[] {
  const families = new Map<string, DraftFamily>();
  let current: DraftFamily | undefined;
  for (const [index, line] of lines(text, format).entries()) {
    try {
      const metadata = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/su.exec(line);
      if (metadata !== null) {
        const [, keyword = '', name = '', rest = ''] = metadata;
        if (current?.name !== name) {
          if (families.has(name)) throw new Error(`family ${name} comes a second time`);
          current = { name, samples: [] };
          families.set(name, current);
        }
        readMetadata(current, keyword, rest, format);
      } else if (line.startsWith('#')) {
        if (format === 'openmetrics' || /^#\s*(HELP|TYPE)\b/u.test(line))
          throw new Error('a comment is not allowed here');
      } else {
        if (current?.type === undefined) throw new Error('a sample comes before its TYPE');
        current.samples.push(readSample(line));
      }
    } catch (error) {
      throw new Error(`line ${index + 1}: ${error instanceof Error ? error.message : error}: ${line}`, {
        cause: error,
      });
    }
  }
  const finished = [...families.values()].map(finish);
  const taken = new Map<string, string>();
  for (const family of finished) {
    for (const name of new Set([family.name, ...validateFamily(family, format)])) {
      const owner = taken.get(name);
      if (owner !== undefined) throw new Error(`family ${family.name}: the name ${name} is that of ${owner} too`);
      taken.set(name, family.name);
    }
  }
  return finished;
}

interface DraftFamily {
  readonly name: string;
  type?: string;
  help?: string;
  unit?: string;
  readonly samples: ParsedSample[];
}

function finish({ name, type, help, unit, samples }: DraftFamily): ParsedFamily {
  if (type === undefined || help === undefined) throw new Error(`family ${name}: TYPE or HELP is missing`);
  return { name, type, help, samples, ...(unit === undefined ? {} : { unit }) };
}

function lines(text: string, format: ExpositionFormat): string[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error('the document does not end with a newline');
  const all = text.slice(0, -1).split('\n');
  if (format === 'openmetrics' && all.pop() !== '# EOF') throw new Error('the document does not end with # EOF');
  return all;
}

function readMetadata(family: DraftFamily, keyword: string, rest: string, format: ExpositionFormat): void {
  if (family.samples.length > 0) throw new Error('metadata comes after samples');
  const key = keyword.toLowerCase() as 'help' | 'type' | 'unit';
  if (family[key] !== undefined) throw new Error(`a second ${keyword}`);
  if (key === 'unit' && format === 'text') throw new Error('the text format has no UNIT');
  if (key === 'type' && !['counter', 'gauge', 'histogram', 'summary'].includes(rest)) throw new Error('unknown type');
  family[key] = key === 'help' ? unescaped(rest, format === 'text' ? '\\n' : '\\n"') : rest;
}

const number = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/iu;

function readSample(line: string): ParsedSample {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/u.exec(line)?.[0];
  if (name === undefined) throw new Error('no metric name');
  const [labels, value] = readLabels(line.slice(name.length));
  if (!number.test(value)) throw new Error('not one space and one number after the series');
  return { name, labels, value };
}

function readLabels(text: string): [Record<string, string>, string] {
  const pairs = new Map<string, string>();
  let rest = text;
  if (rest.startsWith('{')) {
    do {
      const pair = /^[{,]([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/su.exec(rest);
      if (pair === null) throw new Error('not a label pair');
      const [whole, name = '', value = ''] = pair;
      if (pairs.has(name)) throw new Error(`label ${name} comes twice`);
      pairs.set(name, unescaped(value, '\\n"'));
      rest = rest.slice(whole.length);
    } while (rest.startsWith(','));
    if (!rest.startsWith('}')) throw new Error('the labels are not closed');
    rest = rest.slice(1);
  }
  if (!rest.startsWith(' ')) throw new Error('no space before the value');
  return [Object.fromEntries(pairs), rest.slice(1)];
}

function unescaped(text: string, allowed: string): string {
  return text.replace(/\\(.?)|"/gsu, (sequence, character: string | undefined) => {
    if (character === undefined) {
      // In HELP of the text format a quote is an ordinary character.
      if (allowed.includes('"')) throw new Error('a quote is not escaped');
      return sequence;
    }
    if (character === '' || !allowed.includes(character)) throw new Error(`unknown escape ${sequence}`);
    return character === 'n' ? '\n' : character;
  });
}

export type { ExpositionFormat, ParsedFamily, ParsedSample } from './validate-family.js';
