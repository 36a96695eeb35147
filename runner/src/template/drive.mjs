// One round of work: the harness calls it for the warm-up and for each measured round.
export function round(addon, t) {
  let sum = 0;
  for (let done = 1; done <= t.size; done++) {
    sum += addon.double(done + t.index);
    t.sample(done);
  }
  t.answer("sum", sum, t.size * (t.size + 1) + 2 * t.size * t.index);
}
