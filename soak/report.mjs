/** Writes what a soak has seen, for people. */
export function report({ seed, before, after, heap, samples, tally, failures }, { seconds, rate }) {
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const answers = tally.answers();
  const rows = [
    [
      'asked',
      `${tally.sent} requests in ${seconds} s, ${rate} a second wanted, ${Math.round(tally.latest)} ms late at most; seed ${seed}`,
    ],
    ['broke', [...tally.faults].map(([name, count]) => `${name} (${count})`).join(', ')],
    ['heap', heap.told],
    ['memory', samples.length === 0 ? 'not measured' : `${mib(samples[0].rss)} to ${mib(samples.at(-1).rss)} resident`],
    ['descriptors', `${before.descriptors} at the start, ${after?.descriptors ?? '?'} in the end`],
  ];
  console.log('');
  for (const [what, text] of rows) console.log(`${what.padEnd(12)} ${text}`);
  console.log('answers');
  for (const [kind, count] of answers) console.log(`  ${String(count).padStart(8)}  ${kind}`);
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  console.log(failures.length === 0 ? 'soak: passed' : `soak: failed, ${failures.length} kinds of failure`);
}
