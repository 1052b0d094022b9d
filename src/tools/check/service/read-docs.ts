import type { Scope } from '../../../catalogue/compile.js';
import { parseMarker } from '../../../promql/matchers.js';
import { PromqlError } from '../../../promql/parse-promql.js';
import { listSelectors } from '../../../promql/selectors.js';

/** What an installation says of itself in `/docs`. */
export interface InstallationDocs {
  /** Base selector and marker, as they are set there. */
  readonly scope: Scope;
  /** Canonical PromQL by row, in scope; rows with several parts are left out. */
  readonly promql: ReadonlyMap<string, string>;
}

/** Selects one metric and nothing else, so that every matcher in it is the scope's. */
const plainRow = 'http.total_requests';

/** Undefined where the Markdown is not our documentation. */
export function readDocs(markdown: string): InstallationDocs | undefined {
  const sections = markdown.matchAll(/^### `([^`]+)`\n\n(`{3,})promql\n([\s\S]*?)\n\2\n/gm);
  const promql = new Map([...sections].map(([, row = '', , text = '']) => [row, text]));
  const plain = promql.get(plainRow);
  if (plain === undefined) return undefined;
  try {
    const matchers = listSelectors(plain)[0]?.matchers ?? [];
    const carried = /^- Samples carry the label `([^`]+)`/m.exec(markdown)?.[1];
    const marker = carried === undefined ? undefined : parseMarker(carried);
    const selector = matchers.filter(
      ({ label, op, value }) => !(marker && op === '!=' && label === marker.label && value === marker.value),
    );
    return { scope: { selector, marker }, promql };
  } catch (error) {
    if (error instanceof PromqlError) return undefined;
    throw error;
  }
}
