import { setTimeout as delay } from 'node:timers/promises';
import { misbehaviours } from './misbehaviours.mjs';
import { staleLimit } from './settings.mjs';

/** Milliseconds that a fault lasts by default, and of the calm period after it. */
const lasts = 2_500;
const calm = 1_500;

/** All faults: how each begins and ends, and how long it lasts. */
function faultsOf({ world, service, tokens }) {
  const upstreams = [
    ['Prometheus', world.prometheus],
    ['the Health Service', world.healthService],
  ];
  const misbehaving = upstreams.flatMap(([name, proxy]) =>
    Object.entries(misbehaviours).map(([what, how]) => ({
      name: `${name} ${what}`,
      begin: () => proxy.misbehave(how),
      end: () => proxy.recover(),
    })),
  );
  const down = upstreams.map(([name, proxy]) => ({
    name: `${name} is down`,
    begin: () => proxy.stop(),
    end: () => proxy.start(),
  }));
  return [
    ...misbehaving,
    ...down,
    { ...down[0], name: 'Prometheus is down for longer than the stale limit', lasts: (staleLimit + 3) * 1000 },
    { name: 'the worker thread ends', begin: () => service.endThreads(), end: () => {} },
    { name: 'a token is replaced', begin: () => tokens.rotate(), end: () => {} },
    { name: 'the tokens file is invalid', begin: () => tokens.corrupt(), end: () => tokens.restore() },
  ];
}

/** Injects one fault after the other, every fault once per round in random order, until `over`; ends the last one. */
export async function breakThings(soak, over) {
  let left = [];
  while (!over.aborted) {
    if (left.length === 0) left = faultsOf(soak);
    const [fault] = left.splice(Math.floor(soak.random.next() * left.length), 1);
    soak.tally.setFault(fault.name);
    await fault.begin();
    await pause(fault.lasts ?? lasts, over);
    await fault.end();
    await pause(calm, over);
  }
  soak.tally.setFault(undefined);
}

const pause = (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => {});
