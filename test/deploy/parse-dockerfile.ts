export interface Instruction {
  /** In upper case: `COPY`. */
  readonly name: string;
  /** All that follows, in one line. */
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  /** An image, or an earlier stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile, in order. Heredocs are not understood. */
export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  for (const line of lines.filter((each) => each.trim() !== '')) {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const name = word.toUpperCase();
    const [, from, as] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
    if (name === 'FROM') stages.push({ name: as ?? rest, from: from ?? rest, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text: rest });
  }
  return stages;
}

/** What a stage has of its own and from the stages it is made from, the first first. */
export function lineage(stages: readonly Stage[], name: string): readonly Instruction[] {
  const stage = stages.find((each) => each.name === name);
  return stage ? [...lineage(stages, stage.from), ...stage.instructions] : [];
}

/** The variables that instructions set. */
export function environmentOf(instructions: readonly Instruction[]): Record<string, string> {
  const pairs = instructions.filter(({ name }) => name === 'ENV').flatMap(({ text }) => text.split(' '));
  return Object.fromEntries(pairs.map((pair) => pair.split('=')));
}

/** The program and arguments of `CMD`, `ENTRYPOINT` or `HEALTHCHECK`; `undefined` where they are no JSON list. */
export function execForm(text: string): readonly string[] | undefined {
  try {
    return JSON.parse(text.slice(text.indexOf('['))) as string[];
  } catch {
    return undefined;
  }
}
