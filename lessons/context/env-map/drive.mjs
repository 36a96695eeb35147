// An editor checks the spelling in each of its windows, and a window is a worker. Some users close
// theirs, and some quit. The main thread has a window as well, and a second instance of the add-on: it
// has been reloaded, and of the new one only the functions are kept.

let reloaded;

export async function round(addon, t) {
  if (!reloaded) {
    const { learn, knows, words } = await t.loadAgain();
    reloaded = { learn, knows, words };
    reloaded.learn("Sauerteig");
  }
  addon.learn("Zwetschge");

  const strangers = [];
  for (let done = 1; done <= t.size; done++) {
    const number = t.index * 1000 + done;
    // The user of the second window quits, so nobody hears of what it knew.
    const { own, others } = await t.worker({ number, quits: false });
    await t.worker({ number: number + 500, quits: true });
    strangers.push(own, ...others);
    t.sample(done);
  }

  t.answer("windows", strangers, Array.from({ length: t.size }, () => [true, false, false, false]).flat());
  t.answer("main", [addon, reloaded].map((one) => ["Zwetschge", "Sauerteig"].map((word) => one.knows(word))), [
    [true, false],
    [false, true],
  ]);
  t.answer("status", [addon.words(), reloaded.words()], [2, 2]);
}

export function worker(addon, { number, quits }) {
  const word = (of) => `Wort-${of}`;
  addon.learn(word(number));
  addon.learn(`${word(number)}s`);
  if (quits) process.exit();
  const others = [word(number - 1), word(number + 499), "Zwetschge"].map((other) => addon.knows(other));
  return { own: addon.knows(word(number)), others };
}
