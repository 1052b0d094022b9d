import { GatewayzMetricsError } from '../errors.js';
import { ByteJoiner } from '../http-client/read-body.js';
import type { Sample } from '../model.js';
import { type DecodedVector, decodeVector } from './decode-response.js';
import { documentLimit, parseData, parseJson, type RequestContext } from './read-response.js';

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

/** Samples of one response: about 100 MiB. */
const maxSamples = 500_000;

/**
 * Decodes the response to an instant query. A long vector is decoded while it arrives, so that neither its text nor the parser's
 * output ever exists as a whole. A response that starts unlike any engine's is read whole first, up to `documentLimit`.
 * Series whose labels hold half of a surrogate pair are left out: as UTF-8 two of them can be the same.
 *
 * @param evaluationTime epoch milliseconds, which every sample must carry
 */
export async function readVector(
  chunks: AsyncIterable<Buffer>,
  context: RequestContext,
  evaluationTime: number,
): Promise<DecodedVector> {
  const samples: Sample[] = [];
  const texts = new Map<string, string | undefined>();
  let omittedHistograms = 0;
  const decode = (data: unknown): void => {
    const decoded = decodeVector(data, context.source, evaluationTime);
    for (const sample of decoded.vector) if (share(sample.labels, texts)) samples.push(sample);
    omittedHistograms += decoded.omittedHistograms;
    if (samples.length > maxSamples) throw tooLarge(context, `more than ${maxSamples} series`);
  };

  let head: string | undefined;
  const pending = new ByteJoiner();
  let enough = batchSize;
  for await (const chunk of chunks) {
    pending.append(chunk);
    if (pending.length > documentLimit) throw tooLarge(context, 'an element or an unknown form of response over 8 MiB');
    if (pending.length < enough) continue;
    if (head === undefined) {
      head = opening.exec(pending.bytes.toString('latin1', 0, longestOpening))?.[0] ?? '';
      pending.dropUntil(head.length);
    }
    const end = head === '' ? -1 : pending.bytes.lastIndexOf(seam);
    if (end >= 0) {
      const result = parseJson(`[${pending.bytes.toString('utf8', 0, end + 1)}]`, context.source);
      decode({ resultType: 'vector', result });
      pending.dropUntil(end + 2);
    }
    // Twice the useless bytes: searching again at every chunk would be quadratic.
    enough = Math.max(batchSize, 2 * pending.length);
  }
  decode(parseData((head ?? '') + pending.bytes.toString(), context));
  return { vector: samples, omittedHistograms };
}

function tooLarge({ source }: RequestContext, what: string): GatewayzMetricsError {
  return new GatewayzMetricsError('upstream_too_large', `${source} returned ${what}`);
}

/** Makes equal label values one string, which saves memory in a large vector. False if one cannot be written as UTF-8. */
function share(labels: Record<string, string>, texts: Map<string, string | undefined>): boolean {
  for (const name in labels) {
    const text = labels[name]!;
    if (!texts.has(text)) texts.set(text, /\p{Surrogate}/u.test(text) ? undefined : text);
    const shared = texts.get(text);
    if (shared === undefined) return false;
    labels[name] = shared;
  }
  return true;
}
