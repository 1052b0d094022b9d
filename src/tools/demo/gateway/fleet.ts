/** A simulated provider. */
export interface Provider {
  readonly name: string;
  /** Median response time when healthy. */
  readonly seconds: number;
  /** Relative share of the traffic. */
  readonly weight: number;
  /** Credits per thousand tokens. */
  readonly price: number;
  readonly models: readonly string[];
  /** Health metrics that the gateway exports for the provider; the rest is derived. */
  readonly reports: 'nothing' | 'availability' | 'availability and error rate';
}

const versions = ['nano', 'mini', 'small', 'base', 'large', 'long', 'chat', 'code'] as const;

function provider(
  name: string,
  seconds: number,
  weight: number,
  price: number,
  family: string,
  models: 7 | 8,
  reports: Provider['reports'],
): Provider {
  return { name, seconds, weight, price, models: versions.slice(0, models).map((v) => `${family}-${v}`), reports };
}

/** 16 invented providers with 120 models; every model belongs to one provider. */
export const fleet: readonly Provider[] = [
  provider('alder', 1.1, 12, 0.03, 'alder/heron', 8, 'availability and error rate'),
  provider('birch', 1.4, 10, 0.02, 'birch/otter', 8, 'nothing'),
  provider('cedar', 0.9, 9, 0.025, 'cedar/finch', 8, 'availability'),
  provider('dogwood', 2.0, 8, 0.04, 'dogwood/badger', 8, 'nothing'),
  provider('elm', 0.6, 8, 0.008, 'elm/swift', 8, 'availability and error rate'),
  provider('fir', 1.8, 7, 0.015, 'fir/lynx', 8, 'nothing'),
  provider('ginkgo', 0.35, 7, 0.006, 'ginkgo/wren', 8, 'availability'),
  provider('hazel', 1.2, 6, 0.012, 'hazel/marten', 8, 'nothing'),
  provider('ivy', 2.4, 5, 0.05, 'ivy/raven', 7, 'availability and error rate'),
  provider('juniper', 1.5, 5, 0.01, 'juniper/stoat', 7, 'nothing'),
  provider('katsura', 0.8, 4, 0.009, 'katsura/tern', 7, 'availability'),
  provider('larch', 1.7, 4, 0.018, 'larch/vole', 7, 'nothing'),
  provider('maple', 3.0, 4, 0.06, 'maple/osprey', 7, 'availability and error rate'),
  provider('nutmeg', 1.0, 3, 0.007, 'nutmeg/shrew', 7, 'nothing'),
  provider('oak', 2.2, 3, 0.02, 'oak/falcon', 7, 'availability'),
  provider('pine', 1.3, 3, 0.011, 'pine/weasel', 7, 'nothing'),
];

/** The provider of a model; undefined for an unknown model. */
export function providerOf(model: string): Provider | undefined {
  return fleet.find(({ models }) => models.includes(model));
}
