import { describe, expect, it } from 'vitest';
import { until } from './until.js';

describe('until', () => {
  it('looks again until there is something, and hands it over', async () => {
    let looks = 0;
    const found = await until(() => (looks++ === 2 ? 'there' : undefined), { what: 'it is there', every: 1 });
    expect({ found, looks }).toEqual({ found: 'there', looks: 3 });
  });

  it('takes a condition that throws as not met yet', async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      if (looks < 3) throw new Error('not yet');
      return looks;
    };
    expect(await until(look, { what: 'three looks', every: 1 })).toBe(3);
  });

  it('says what it waited for, and what it saw last', async () => {
    await expect(until(() => false, { what: 'pigs fly', within: 5, every: 1 })).rejects.toThrow(
      'waited 5 ms in vain until pigs fly; at the last look it gave: false',
    );
    const failing = () => Promise.reject(new Error('no pigs'));
    await expect(until(failing, { what: 'pigs fly', within: 5, every: 1 })).rejects.toThrow('it threw: Error: no pigs');
  });
});
