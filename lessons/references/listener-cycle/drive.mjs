// An office prints. A job has a listener that asks the job how far it is, so it has the job in its closure, and
// nobody but the job knows the listener. Most jobs are printed once and let go. Some are never printed, some
// wait in a tray and are printed later, and again on the next day.

export async function round(addon, t) {
  const office = { told: 0, done: 0, expected: 0, tray: [] };
  work(addon, t, office);
  t.answer("told", { told: office.told, done: office.done }, { told: office.expected, done: printed(t) });
  await collect();
  later(t, office);
  office.tray.length = 0;
}

function work(addon, t, office) {
  for (let number = 0; number < t.size; number++) {
    const job = t.track(new addon.Job(pagesOf(number, t)));
    job.listen((page) => listen(job, page, office));
    if (number % 10 === 0) office.tray.push({ job, pages: pagesOf(number, t) });
    else if (number % 10 !== 1) {
      job.print();
      office.expected += pagesOf(number, t);
    }
    t.sample(number + 1);
  }
}

function listen(job, page, office) {
  office.told += 1;
  if (page === job.pages) office.done += 1;
}

// The jobs of the tray are printed, and then again for somebody else, who listens in the place of the first.
function later(t, office) {
  const right = { once: 0, twice: 0, other: 0 };
  const seen = { once: 0, twice: 0, other: 0 };
  for (const { job, pages } of office.tray) {
    for (const time of ["once", "twice"]) {
      office.told = 0;
      job.print();
      seen[time] += office.told;
      right[time] += pages;
    }
    office.told = 0;
    job.listen((page) => (seen.other += job.pages === pages ? page : 0));
    job.print();
    seen.other += office.told;
    right.other += (pages * (pages + 1)) / 2;
  }
  t.answer("later", seen, right);
}

function pagesOf(number, t) {
  return 1 + ((number + t.index + 10) % 7);
}

function printed(t) {
  return Array.from({ length: t.size }, (_, number) => number % 10).filter((rest) => rest > 1).length;
}

async function collect() {
  gc();
  await new Promise(setImmediate);
}
