import type { VerdictState } from '../../src/history/console-document.js';

/** Drawn in a 16 × 16 square: one outline per state, so that it can be told without colour. */
export const shapes: Readonly<Record<VerdictState | 'healthy' | 'idle', string>> = {
  well: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.6 5.1-4.3 4.6a.9.9 0 0 1-1.3 0L4.3 9l1.2-1.2 1.1 1.1 3.7-4Z',
  healthy: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.6 5.1-4.3 4.6a.9.9 0 0 1-1.3 0L4.3 9l1.2-1.2 1.1 1.1 3.7-4Z',
  quiet: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM5.2 5h1.9v6H5.2Zm3.7 0h1.9v6H8.9Z',
  idle: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Zm0 1.6a3.9 3.9 0 1 1 0 7.8 3.9 3.9 0 0 1 0-7.8Z',
  partial: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.8v10.4A5.2 5.2 0 0 1 8 2.8Z',
  degraded: 'M8 1.2 15.4 14.4H.6ZM7.1 6v4h1.8V6Zm0 5.2V13h1.8v-1.8Z',
  trouble: 'M8 .6 15.4 8 8 15.4.6 8Zm-.9 3.8v4.4h1.8V4.4Zm0 5.6v1.8h1.8V10Z',
  down: 'M5 1h6l4 4v6l-4 4H5l-4-4V5Zm.9 3.7L4.7 5.9 6.8 8l-2.1 2.1 1.2 1.2L8 9.2l2.1 2.1 1.2-1.2L9.2 8l2.1-2.1-1.2-1.2L8 6.8Z',
  unknown:
    'M2.5 1h11A1.5 1.5 0 0 1 15 2.5v11a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 1 13.5v-11A1.5 1.5 0 0 1 2.5 1ZM7.2 9.5h1.6c0-1.6 2-1.7 2-3.6C10.800 4.200 9.600 3.300 8 3.300S5.200 4.300 5.200 6h1.700c0-.8.4-1.200 1.100-1.200s1.100.4 1.100 1c0 1.200-1.900 1.400-1.900 3.700Zm-.1 1.200v1.800h1.800v-1.800Z',
};

export function StateIcon({ state, size }: { state: keyof typeof shapes; size: number }) {
  return (
    <svg class={`mark ${state}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[state]} fill-rule="evenodd" />
    </svg>
  );
}

const iconColors: Readonly<Record<VerdictState, string>> = {
  well: '#159a6c',
  quiet: '#7d8590',
  partial: '#7a6ff0',
  degraded: '#c98500',
  trouble: '#d9480f',
  down: '#d9480f',
  unknown: '#7d8590',
};

/** The state as the icon of the tab. */
export function iconUrl(state: VerdictState): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill-rule="evenodd" fill="${iconColors[state]}" d="${shapes[state]}"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
