import { GatewayzMetricsError } from '../errors.js';
import type { Labels, Sample, Vector } from '../model.js';

/** As Go prints floats; exponents come below 1e-6 and from 1e21. */
const numberText = /^(?:NaN|[+-]?Inf|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

export interface InstantVector {
  readonly vector: Vector;
  /** Elements that were left out because their value is a native histogram. */
  readonly omittedHistograms: number;
}

/**
 * The `data` of an instant query, which may be a vector or a scalar; a scalar becomes one element without labels.
 * `__name__` is not among the labels. `upstream_invalid`, blaming `source`, for anything else.
 */
export function decodeVector(data: unknown, source: string): InstantVector {
  if (!isObject(data)) throw invalid(source, `data that is ${kind(data)}, expected a vector or a scalar`);
  const { resultType, result } = data;
  if (resultType === 'scalar')
    return { vector: [{ labels: {}, value: decodeValue(result, source) }], omittedHistograms: 0 };
  if (resultType !== 'vector' || !Array.isArray(result)) {
    const type = typeof resultType === 'string' && /^[a-z]{1,20}$/.test(resultType) ? resultType : kind(resultType);
    throw invalid(source, `a result of type ${type} (${kind(result)}), expected a vector or a scalar`);
  }
  const vector: Sample[] = [];
  for (const element of result as readonly unknown[]) {
    if (!isObject(element)) throw invalid(source, `a vector with ${kind(element)} in it, expected objects`);
    if (element['value'] === undefined && Array.isArray(element['histogram'])) continue;
    vector.push({ labels: decodeLabels(element['metric'], source), value: decodeValue(element['value'], source) });
  }
  return { vector, omittedHistograms: result.length - vector.length };
}

/** The `data` of the label endpoints. `upstream_invalid`, blaming `source`, for anything but a list of strings. */
export function decodeStrings(data: unknown, source: string): readonly string[] {
  if (!Array.isArray(data)) throw invalid(source, `data that is ${kind(data)}, expected a list of strings`);
  return data.map((item: unknown) => {
    if (typeof item !== 'string') throw invalid(source, `a list with ${kind(item)} in it, expected strings`);
    return item;
  });
}

function decodeLabels(metric: unknown, source: string): Labels {
  if (!isLabels(metric)) throw invalid(source, 'an element without labels, or with one that is not a string');
  if (!Object.hasOwn(metric, '__name__')) return metric;
  // The parser and this copy both define properties rather than assign them: a label called __proto__ is one like any other.
  const { __name__: _, ...labels } = metric;
  return labels;
}

function isLabels(metric: unknown): metric is Labels {
  if (!isObject(metric)) return false;
  for (const name in metric) if (typeof metric[name] !== 'string') return false;
  return true;
}

function decodeValue(pair: unknown, source: string): string {
  const value: unknown = Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'number' ? pair[1] : undefined;
  if (typeof value !== 'string' || !numberText.test(value)) {
    throw invalid(source, `a sample that is not [time, "number"] (${kind(pair)} with ${kind(value)})`);
  }
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(source: string, what: string): GatewayzMetricsError {
  return new GatewayzMetricsError('upstream_invalid', `${source} answered ${what}`);
}

/** Never the value itself: an odd answer may hold anything, our own credentials included. */
function kind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
