// A bank converts amounts into euros. Every day it loads new rates. It works in the main thread, which
// has loaded the add-on a second time for another country's rates, and in a worker for each branch.
const CURRENCIES = 170;

let reloaded;
// Conversions that each instance of the main thread has done until now.
const done = { addon: 0, reloaded: 0 };

export async function round(addon, t) {
  if (!reloaded) {
    reloaded = await t.loadAgain();
    reloaded.load(ratesOf(-1));
  }

  const euros = [];
  const expected = [];
  for (let i = 1; i <= t.size; i++) {
    const day = t.index * t.size + i;
    addon.load(ratesOf(day));
    for (const currency of [0, day % CURRENCIES]) {
      euros.push(addon.convert(100, currency));
      expected.push(100 * ratesOf(day)[currency]);
      done.addon += 1;
    }
    t.sample(i);
  }
  t.answer("euros", euros, expected);

  const abroad = reloaded.convert(100, 7);
  done.reloaded += 1;
  t.answer("abroad", abroad, 100 * ratesOf(-1)[7]);
  t.answer("conversions", [addon.conversions(), reloaded.conversions()], [done.addon, done.reloaded]);

  const branch = await t.worker(t.index);
  t.answer("branch", branch, { early: "no rates yet", last: 100 * ratesOf(t.index + 2)[3], count: 3 });
}

export function worker(addon, first) {
  const early = attempt(() => addon.convert(100, 3));
  let last;
  for (let day = first; day < first + 3; day++) {
    addon.load(ratesOf(day));
    last = addon.convert(100, 3);
  }
  return { early, last, count: addon.conversions() };
}

function ratesOf(day) {
  return Array.from({ length: CURRENCIES }, (_, currency) => 1 + currency / 8 + day / 64);
}

function attempt(action) {
  try {
    return action();
  } catch (error) {
    return error.message;
  }
}
