// A service traces its jobs, on the main thread and in workers that end with their job. Its main
// thread has loaded the add-on a second time, as a reload does that empties the module cache: the
// new instance is at work, and the old one still has spans to close.

let reloaded;
// How many spans each instance of the main thread has opened until now.
const opened = { old: 0, reloaded: 0 };

export async function round(addon, t) {
  reloaded ??= await t.loadAgain();

  // This span stays open while all others come and go.
  const open = addon.begin(t.index);
  const workers = [];
  for (let done = 1; done <= t.size; done++) {
    workers.push(await t.worker(t.index + done));
    t.sample(done);
  }
  const second = trace(reloaded, t.index);
  const first = trace(addon, t.index);
  const longest = addon.end(open, t.index + 60_000);

  const took = [...workers, second, first].map((job) => job.took);
  t.answer("durations", [...took, longest], [...took.map(() => [300, 200, 100]), 60_000]);
  t.answer("workers", workers.map((job) => job.ids), workers.map(() => [1, 2, 3]));
  t.answer("instances", { old: [open, ...first.ids], reloaded: second.ids }, {
    old: next("old", 4),
    reloaded: next("reloaded", 3),
  });
}

export function worker(addon, now) {
  return trace(addon, now);
}

// Opens three spans, 100 ms apart, and closes them together.
function trace(addon, now) {
  const ids = [0, 100, 200].map((later) => addon.begin(now + later));
  return { ids, took: ids.map((id) => addon.end(id, now + 300)) };
}

// The next `count` ids of an instance that counts for itself.
function next(instance, count) {
  return Array.from({ length: count }, () => (opened[instance] += 1));
}
