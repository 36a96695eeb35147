// A service watches keys of its database. A watch tells of one change, or is cancelled before.
// The functions are arrows: nothing but the watch knows them.

// One for the whole service.
let watches;

export async function round(addon, t) {
  watches ??= new addon.Watches();
  const told = [];
  watchAll(told, t);
  // Between a watch and its change garbage is collected, as in any process that lives for a while.
  await new Promise(setImmediate);
  globalThis.gc();
  changeAll(told, t);
}

// Two watches for each key.
function watchAll(told, t) {
  for (let key = 0; key < t.size / 2; key++) {
    watches.watch(`key ${key}`, (value) => told.push(value));
    watches.watch(`key ${key}`, (value) => told.push(-value));
    t.sample(2 * key + 2);
  }
}

function changeAll(told, t) {
  const value = (key) => 1000 + key + t.index;
  let expected = 0;
  let count = 0;
  for (let key = 0; key < t.size / 2; key++) {
    // Every fourth key is cancelled, and changes after that.
    if (key % 4 === 3) watches.cancel(`key ${key}`);
    else expected += 2;
    count += watches.change(`key ${key}`, value(key));
  }
  const keys = Array.from({ length: t.size / 2 }, (_, key) => key).filter((key) => key % 4 !== 3);
  const wrong = keys.flatMap((key) => [value(key), -value(key)]).filter((value, at) => told[at] !== value);
  t.answer("counted", count, expected);
  t.answer("told", { watches: told.length, wrong: wrong.length }, { watches: expected, wrong: 0 });
  t.answer("again", watches.change("key 0", 1), 0);
}
