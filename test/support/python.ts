import { inject } from 'vitest';
import type { Labels } from '../../src/model.js';
import { type CommandResult, runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { pythonEnvironment } from './find-python.js';

export interface ParsedSample {
  /** The name on the line: with `_total`, `_bucket` and so on. */
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
  /** Seconds, where the line has a timestamp. */
  readonly timestamp: number | null;
}

/** A family as prometheus_client sees it: its name is without `_total`, and `type` is `unknown` where none is told. */
export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
  readonly samples: readonly ParsedSample[];
}

/** Runs a Python 3 script that may import prometheus_client. */
export function runPython(script: string, stdin = ''): Promise<CommandResult> {
  const python = inject('python');
  return runCommand(python.program, ['-c', script], { stdin, env: pythonEnvironment(python, inject('pythonModules')) });
}

/** The families of an OpenMetrics text, by a parser that refuses whatever the standard forbids; rejects with its complaint. */
export function parseOpenMetrics(text: string): Promise<ParsedFamily[]> {
  return parse('prometheus_client.openmetrics.parser', text);
}

/** The families of a text in format 0.0.4, by a lenient parser: an odd text can pass. */
export function parseText004(text: string): Promise<ParsedFamily[]> {
  return parse('prometheus_client.parser', text);
}

const script = (parser: string) => `
import json, sys
from ${parser} import text_string_to_metric_families
text = sys.stdin.buffer.read().decode('utf-8')
try:
    families = list(text_string_to_metric_families(text))
except ValueError as error:
    sys.exit(str(error))
json.dump([{
    'name': family.name, 'type': family.type, 'help': family.documentation, 'unit': family.unit,
    'samples': [{
        'name': sample.name, 'labels': sample.labels, 'repr': repr(float(sample.value)),
        'timestamp': None if sample.timestamp is None else float(sample.timestamp),
    } for sample in family.samples],
} for family in families], sys.stdout)
`;

type RawSample = Omit<ParsedSample, 'value'> & { readonly repr: string };
type RawFamily = Omit<ParsedFamily, 'samples'> & { readonly samples: readonly RawSample[] };

async function parse(parser: string, text: string): Promise<ParsedFamily[]> {
  const { code, stdout, output } = await runPython(script(parser), text);
  if (code !== 0) throw new Error(`${parser} refuses the text: ${output.trimEnd()}`);
  const families = JSON.parse(stdout) as RawFamily[];
  return families.map((family) => ({
    ...family,
    samples: family.samples.map(({ repr, ...sample }) => ({
      ...sample,
      value: Number(repr.replace('inf', 'Infinity')),
    })),
  }));
}
