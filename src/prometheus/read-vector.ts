import type { Sample } from '../model.js';
import { decodeVector, type InstantVector } from './decode-response.js';
import { parseData, parseJson, type RequestContext } from './read-response.js';

/** How engines begin an answer with a vector: Prometheus, Thanos and Mimir without, VictoriaMetrics with `isPartial`. */
const opening =
  /^\{"status":"success",(?:"isPartial":(?:true|false),)?"data":\{"resultType":"vector","result":\[(?=\{"metric":)/;
const longestOpening = 128;

/**
 * Between two elements. Within a string of valid JSON it cannot be: its first quote would end the string, and no string
 * is followed by a letter. Deeper than in `result` no engine has it; there, neither half would parse.
 */
const seam = '},{"metric":';

/** Bytes that are decoded at a time: a millisecond or two, after which others have their turn. */
const batchSize = 64 * 1024;

/**
 * Decodes the answer to an instant query. A long vector is decoded while it comes, so that neither its text nor what the
 * parser makes of it is ever there as a whole; an answer that begins unlike any engine's is read whole first, and
 * understood just the same. Errors are those of `openAnswer` and `decodeVector`.
 */
export async function readVector(chunks: AsyncIterable<Buffer>, asked: RequestContext): Promise<InstantVector> {
  const samples: Sample[] = [];
  const texts = new Map<string, string>();
  let omitted = 0;
  const take = ({ vector, omittedHistograms }: InstantVector): void => {
    for (const sample of vector) {
      share(sample.labels, texts);
      samples.push(sample);
    }
    omitted += omittedHistograms;
  };

  let head: string | undefined;
  let pending: Buffer[] = [];
  let size = 0;
  let enough = batchSize;
  for await (const chunk of chunks) {
    pending.push(chunk);
    size += chunk.length;
    if (size < enough) continue;
    let bytes = Buffer.concat(pending);
    if (head === undefined) {
      head = opening.exec(bytes.toString('latin1', 0, longestOpening))?.[0] ?? '';
      bytes = bytes.subarray(head.length);
    }
    const end = head === '' ? -1 : bytes.lastIndexOf(seam);
    if (end >= 0) {
      const result = parseJson(`[${bytes.toString('utf8', 0, end + 1)}]`, asked.source);
      take(decodeVector({ resultType: 'vector', result }, asked.source));
      bytes = bytes.subarray(end + 2);
    }
    pending = [bytes];
    size = bytes.length;
    // Twice what was of no use: looking again at every chunk would take time in the square of it.
    enough = Math.max(batchSize, 2 * size);
  }
  const rest = (head ?? '') + Buffer.concat(pending).toString();
  take(decodeVector(parseData(rest, asked), asked.source));
  return { vector: samples, omittedHistograms: omitted };
}

/** Makes equal label values one string: a large vector repeats few of them, and each would be a string of its own. */
function share(labels: Record<string, string>, texts: Map<string, string>): void {
  for (const name in labels) {
    const text = labels[name]!;
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    else labels[name] = known;
  }
}
