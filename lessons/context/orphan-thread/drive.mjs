// A nursery has a screen for each of its greenhouses, and a screen is a worker. Some are looked at for a
// while, and some are closed again at once.
import { readFileSync, readdirSync } from "node:fs";

// Until the first thread that stays.
let allEnded = true;

export async function round(addon, t) {
  const seen = [];
  const left = [];
  for (let done = 1; done <= t.size; done++) {
    // Readings come often, and some are waited for; or seldom, and the first one is enough.
    for (const screen of [{ every: 20, readings: 3 }, { every: 60_000, readings: 1 }]) {
      seen.push(await t.worker(screen));
      left.push(await thermometers());
    }
    t.sample(done);
  }
  t.answer("readings", seen, Array.from({ length: t.size }, () => [[18, 18.5, 19], [18]]).flat());
  t.answer("threads", Math.max(...left), 0);
}

export function worker(addon, { every, readings }) {
  // What is listened to is weak, so this keeps the worker there.
  const open = setInterval(() => {}, 60_000);
  const seen = [];
  return new Promise((resolve) => {
    addon.watch(every, (number, degrees) => {
      seen[number] = degrees;
      if (seen.length < readings) return;
      clearInterval(open);
      resolve(seen.slice(0, readings));
    });
  });
}

// How many threads of the add-on there are. One that has ended may be seen for a moment longer.
async function thermometers() {
  const patience = Date.now() + 1_000;
  let threads = count();
  while (allEnded && threads > 0 && Date.now() < patience) {
    await new Promise(setImmediate);
    threads = count();
  }
  allEnded &&= threads === 0;
  return threads;
}

function count() {
  return readdirSync("/proc/self/task").filter((thread) => nameOf(thread) === "thermometer").length;
}

function nameOf(thread) {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, "utf8").trim();
  } catch {
    return "ended";
  }
}
