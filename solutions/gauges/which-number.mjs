// What is wrong with a program? `samples` has one for each round of its work, `{ inside, settled }`: what the
// gauges said near the end of the round's work, and when it was over and nothing moved any more. The
// gauges, in bytes, are heapUsed, external, nativeBytes, which the add-on counts itself, and rss.
//
// The answer is "native leak", "JavaScript leak", "Buffers" when Buffers are kept, "retention" when more than
// a MiB is needed inside a round and gone after it, or "sound".
export function diagnose(samples) {
  const third = samples.slice(samples.length / 2, (samples.length * 3) / 4);
  const fourth = samples.slice((samples.length * 3) / 4);
  // What has not risen in the second half was filling something up in the first.
  const rises = (gauge, noise) => {
    const settled = (sample) => sample.settled[gauge];
    return Math.min(...fourth.map(settled)) - Math.max(...third.map(settled)) > noise;
  };
  // A byte counts where nothing else does any counting.
  if (rises("nativeBytes", 0)) return "native leak";
  if (rises("external", 64 * 1024)) return "Buffers";
  if (rises("heapUsed", 64 * 1024)) return "JavaScript leak";
  const comesAndGoes = (gauge) => fourth.every(({ inside, settled }) => inside[gauge] - settled[gauge] > 1024 * 1024);
  return ["heapUsed", "external", "nativeBytes"].some(comesAndGoes) ? "retention" : "sound";
}
