import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasDirectiveLine, neutralise } from '../../../src/tools/migrate/text/template.js';
import { parseYaml } from '../../../src/tools/migrate/text/yaml-source.js';

describe('a template', () => {
  it.each([
    ['{% if x %}\na: 1\n{% endif %}\n', { a: 1 }],
    ['{{- if .Values.x }}\na: 1\n{{- end }}\n', { a: 1 }],
    ['a: {{ x | default("y: z") }}\nb: 1\n', { a: '{{ x | default("y: z") }}', b: 1 }],
    ['a: [{{ x }}, b]\n', { a: ['{{ x }}', 'b'] }],
    ['a: @NAME@\nb: %NAME%\nc: <%= name %>\n', { a: '@NAME@', b: '%NAME%', c: '<%= name %>' }],
    ['a:\n  {# note: [ #}\n  b: 1\n', { a: { b: 1 } }],
  ])('%j parses as the YAML that it stands for', (text, value) => {
    expect(parseYaml(text)).toMatchObject({ text, templated: true, documents: [{ value }] });
  });

  it.each([`a: $\{X:-b}\n`, "a: '{{ $labels.job }}'\n", 'a: FASTAPI_SCHEME\n', 'a:\n  b: [\n    c\n  ]\n'])(
    'is none where the text is YAML as it stands: %j',
    (text) => {
      expect(parseYaml(text)).toMatchObject({ templated: false });
    },
  );

  it('keeps every offset, whatever stands in it', () => {
    const part = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '<%',
      '%>',
      '@A@',
      '%B%',
      'a: ',
      '\n',
      '\r\n',
      ' ',
      '- ',
      '#',
      '"',
      'ü',
      '😀',
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('');
        const neutral = neutralise(text);
        expect(neutral.length).toBe(text.length);
        expect([...neutral.matchAll(/\n/g)].map(({ index }) => index)).toEqual(
          [...text.matchAll(/\n/g)].map(({ index }) => index),
        );
      }),
    );
  });

  it('has lines that govern others, which values are not', () => {
    expect(hasDirectiveLine('a: 1\n  {% if x %}\n')).toBe(true);
    expect(hasDirectiveLine('a: {{ x }}\n')).toBe(false);
  });
});
