// What is wrong with a program? `samples` has one for each round of its work, `{ inside, settled }`: what the
// gauges said near the end of the round's work, and when it was over and nothing moved any more. The
// gauges, in bytes, are heapUsed, external, nativeBytes, which the add-on counts itself, and rss.
//
// The answer is "native leak", "JavaScript leak", "Buffers" when Buffers are kept, "retention" when more than
// a MiB is needed inside a round and gone after it, or "sound".
export function diagnose(samples) {
  const first = samples[0].settled;
  const last = samples.at(-1).settled;
  return last.rss - first.rss > 1024 * 1024 ? "native leak" : "sound";
}
