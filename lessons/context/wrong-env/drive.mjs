// A service adds up lines of numbers, on the main thread and in workers. The main thread writes warnings
// to its log. Some workers collect their own, and some do not want to hear of any. The main thread has
// loaded the add-on a second time, as a reload does that empties the module cache, and the new instance
// has a log of its own.

let reloaded;

export async function round(addon, t) {
  reloaded ??= await t.loadAgain();
  const log = [];
  addon.onWarning((warning) => log.push(warning));

  const sums = [];
  const heard = [];
  for (let done = 1; done <= t.size; done++) {
    const number = t.index * 100 + done;
    for (const listens of [false, true]) {
      const job = await t.worker({ number, listens });
      sums.push(job.sum);
      heard.push(job.heard);
    }
    sums.push(addon.sum(lineOf(number)));
    t.sample(done);
  }
  const news = [];
  reloaded.onWarning((warning) => news.push(warning));
  sums.push(reloaded.sum("1 new"), addon.sum("1 old"));
  await turns(() => log.length >= t.size + 1 && news.length >= 1);

  const numbers = Array.from({ length: t.size }, (_, i) => t.index * 100 + i + 1);
  t.answer("sums", sums, [...numbers.flatMap((number) => Array(3).fill(sumOf(number))), 1, 1]);
  t.answer("workers", heard, numbers.flatMap((number) => [[], [warningOf(number)]]));
  t.answer("main", { log, news }, { log: [...numbers.map(warningOf), "old is not a number"], news: ["new is not a number"] });
}

export async function worker(addon, { number, listens }) {
  const heard = [];
  if (listens) addon.onWarning((warning) => heard.push(warning));
  const sum = addon.sum(lineOf(number));
  if (listens) await turns(() => heard.length >= 1);
  return { sum, heard };
}

function lineOf(number) {
  return `${number} x${number} 0.5`;
}

function sumOf(number) {
  return number + 0.5;
}

function warningOf(number) {
  return `x${number} is not a number`;
}

// A warning need not come at once. One that is not there after so many turns of the event loop will not.
async function turns(isDone) {
  for (let turn = 0; turn < 200 && !isDone(); turn++) await new Promise(setImmediate);
}
