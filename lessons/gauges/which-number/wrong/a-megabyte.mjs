// What is wrong with a program? `samples` has one for each round of its work, `{ inside, settled }`: what the
// gauges said near the end of the round's work, and when it was over and nothing moved any more. The
// gauges, in bytes, are heapUsed, external, nativeBytes, which the add-on counts itself, and rss.
//
// The answer is "native leak", "JavaScript leak", "Buffers" when Buffers are kept, "retention" when more than
// a MiB is needed inside a round and gone after it, or "sound".
export function diagnose(samples) {
  const half = samples.slice(samples.length / 2);
  const rises = (gauge) => half.at(-1).settled[gauge] - half[0].settled[gauge] > 1024 * 1024;
  if (rises("nativeBytes")) return "native leak";
  if (rises("external")) return "Buffers";
  if (rises("heapUsed")) return "JavaScript leak";
  const comesAndGoes = (gauge) => half.at(-1).inside[gauge] - half.at(-1).settled[gauge] > 1024 * 1024;
  return ["heapUsed", "external", "nativeBytes"].some(comesAndGoes) ? "retention" : "sound";
}
