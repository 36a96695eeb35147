// The leak test of a calendar. It makes events, lets go of them, and asks `settle` how many are left. The
// calendar is right: what nobody can reach is freed.
const collect = globalThis.gc;

export async function round(addon, t) {
  // Each has a calendar of its own, so that none counts what another has left.
  const calendars = Array.from({ length: 3 }, () => new addon.Calendar());
  const count = t.size + t.index;

  single(calendars[0], count);
  t.answer("single", await left(calendars[0], t, count), 0);

  series(calendars[1], t, count);
  t.answer("series", await left(calendars[1], t, count), 0);

  const kept = inUse(calendars[2], count);
  t.answer("in use", await left(calendars[2], t, count), kept.length);
  // They are in use until here.
  t.answer("first", kept.filter((event) => event.isFirst).length, kept.length);
}

function single(calendar, count) {
  for (let i = 0; i < count; i++) calendar.add();
}

function series(calendar, t, count) {
  let last = calendar.add();
  for (let i = 2; i <= count; i++) {
    last = last.next();
    t.sample(i);
  }
}

// Every third event is still looked at.
function inUse(calendar, count) {
  const events = Array.from({ length: count }, () => calendar.add());
  return events.filter((_, i) => i % 3 === 0);
}

async function left(calendar, t, count) {
  // A test that never ends is worse than one that fails.
  const most = 4 * count;
  let collections = 0;
  const gc = () => {
    collections += 1;
    if (collections > most) throw new Error(`no end after ${most} collections`);
    collect();
  };
  try {
    return await t.exercise.settle(gc, () => calendar.alive());
  } catch (error) {
    return error.message;
  }
}
