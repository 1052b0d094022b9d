import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../support/promtool.js';
import { readFixture, type StackName } from './stack-fixture.js';

describe('promtool check config', () => {
  it.each<[StackName, string]>([
    ['classic', 'prometheus/prom.yml'],
    ['windows', 'monitoring/prometheus.yml'],
    ['anchors', 'deploy/prometheus/prometheus.yaml'],
    ['flow', 'prometheus/prometheus.yml'],
  ])('passes in the stack %s in every phase, as it did before', async (stack, path) => {
    for (const state of ['before', 'parallel', 'remove'] as const) {
      const files = await readFixture(stack, state);
      const folder = path.replace(/[^/]*$/, '');
      const beside = [...files].flatMap(([other, bytes]) =>
        other.startsWith(folder) && other !== path && bytes !== undefined
          ? [[other.slice(folder.length), bytes.toString('utf8')]]
          : [],
      );
      const { code, output } = await checkConfig(
        files.get(path)!.toString('utf8'),
        Object.fromEntries(beside) as Record<string, string>,
      );
      expect(code, `${state}: ${output}`).toBe(0);
    }
  });

  it('does not pass for placeholders, before or after, and that is no obstacle', async () => {
    for (const state of ['before', 'parallel', 'remove'] as const) {
      const text = (await readFixture('templated', state)).get('prometheus/prometheus.yml')!.toString('utf8');
      expect((await checkConfig(text)).output).toContain('FASTAPI_SCHEME');
    }
  });
});
