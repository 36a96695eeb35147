// What is wrong with a program? `samples` has one for each round of its work, `{ inside, settled }`: what the
// gauges said near the end of the round's work, and when it was over and nothing moved any more. The
// gauges, in bytes, are heapUsed, external, nativeBytes, which the add-on counts itself, and rss.
//
// The answer is "native leak", "JavaScript leak", "Buffers" when Buffers are kept, "retention" when more than
// a MiB is needed inside a round and gone after it, or "sound".
export function diagnose(samples) {
  const [first, last] = [samples[0].settled, samples.at(-1).settled];
  const rises = (gauge, noise) => last[gauge] - first[gauge] > noise;
  if (rises("nativeBytes", 0)) return "native leak";
  if (rises("external", 64 * 1024)) return "Buffers";
  if (rises("heapUsed", 512 * 1024)) return "JavaScript leak";
  const comesAndGoes = (gauge) => samples.at(-1).inside[gauge] - last[gauge] > 1024 * 1024;
  return ["heapUsed", "external", "nativeBytes"].some(comesAndGoes) ? "retention" : "sound";
}
