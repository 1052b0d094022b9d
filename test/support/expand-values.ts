/**
 * The values of one series, written as in `promtool test rules`, between blanks: a value (`1`, `2.50`, `+Inf`, `NaN`), kept
 * as it stands; `_` for a gap, `_x3` for three; `5x3` for `5 5 5 5`; `0+10x3` for `0 10 20 30`; `9-4x2` for `9 5 1`. Sums are
 * exact decimals, not floats. `null` stands for a gap. `stale` is refused: backfilled blocks cannot have stale markers.
 */
export function expandValues(notation: string): readonly (string | null)[] {
  return notation
    .split(/\s+/)
    .filter((term) => term !== '')
    .flatMap((term) => {
      const gap = /^_(?:x(\d+))?$/.exec(term);
      if (gap !== null) return Array<null>(Number(gap[1] ?? 1)).fill(null);
      const [, first, sign = '+', increment = '0', times] = progression.exec(term) ?? [];
      if (first !== undefined) {
        const steps = Array.from({ length: Number(times) + 1 }, (_, index) => index);
        return steps.map((index) => (increment === '0' ? first : sum(first, `${sign}${increment}`, index)));
      }
      if (/^[+-]?Inf$/.test(term) || term === 'NaN' || Number.isFinite(Number(term))) return [term];
      throw new Error(`series values: expected a value, _, _xN, AxN, A+BxN or A-BxN; got "${term}" in "${notation}"`);
    });
}

const progression = /^(-?\d+(?:\.\d+)?)(?:([+-])(\d+(?:\.\d+)?))?x(\d+)$/;

/** first + times · increment */
function sum(first: string, increment: string, times: number): string {
  const places = Math.max(...[first, increment].map((text) => (text.split('.')[1] ?? '').length));
  const units = (text: string) => {
    const [whole = '', fraction = ''] = text.split('.');
    return BigInt(`${whole}${fraction.padEnd(places, '0')}`.replace('+', ''));
  };
  const total = units(first) + BigInt(times) * units(increment);
  const digits = String(total < 0n ? -total : total).padStart(places + 1, '0');
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - places);
  return `${total < 0n ? '-' : ''}${whole}${places > 0 && fraction !== '' ? `.${fraction}` : ''}`;
}
