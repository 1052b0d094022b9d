/** Prints the result of a soak run. */
export function report({ seed, before, after, heap, samples, tally, failures }, { seconds, rate }) {
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const responses = tally.responses();
  const rows = [
    [
      'sent',
      `${tally.sent} requests in ${seconds} s, ${rate}/s requested, event loop delay of the sender at most ${Math.round(tally.latest)} ms; seed ${seed}`,
    ],
    ['faults', [...tally.faults].map(([name, count]) => `${name} (${count})`).join(', ')],
    ['heap', heap.summary],
    ['memory', samples.length === 0 ? 'not measured' : `${mib(samples[0].rss)} to ${mib(samples.at(-1).rss)} resident`],
    ['descriptors', `${before.descriptors} at the start, ${after?.descriptors ?? '?'} at the end`],
  ];
  console.log('');
  for (const [what, text] of rows) console.log(`${what.padEnd(12)} ${text}`);
  console.log('responses');
  for (const [kind, count] of responses) console.log(`  ${String(count).padStart(8)}  ${kind}`);
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  console.log(failures.length === 0 ? 'soak: passed' : `soak: failed, ${failures.length} kinds of failure`);
}
