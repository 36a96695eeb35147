// A library puts old newspapers into an index, so that people can search them. Rust reads the pages, JavaScript
// writes what it is given to the index, and the index is slow when it begins: it opens its files first.

const cell = new Int32Array(new SharedArrayBuffer(4));

export async function round(addon, t) {
  const index = [];
  const read = await addon.readNewspaper(year(t), t.size, (page) => {
    if (index.length === 0) open();
    index.push(page);
    // Here most waits: everything that the reader was ahead.
    if (index.length === 1) t.sample(t.size);
  });
  // What was given is in the queue now. A page that is not there after this many turns will not come.
  for (let turn = 0; turn < 1000 && index.join("").length < length(t); turn++) await new Promise(setImmediate);
  t.answer("read", read, t.size);
  t.answer("text", { length: index.join("").length, wrong: wrong(index, t) }, { length: length(t), wrong: [] });
}

// Waits as a thread does that reads and writes files.
function open() {
  Atomics.wait(cell, 0, 0, 40);
}

function wrong(index, t) {
  const text = index.join("");
  const faults = [];
  let at = 0;
  for (let number = 0; number < t.size && at < text.length && faults.length < 3; number++) {
    const page = pageOf(t, number);
    if (!text.startsWith(page, at)) faults.push(number);
    at += page.length;
  }
  return faults;
}

function length(t) {
  let sum = 0;
  for (let number = 0; number < t.size; number++) sum += pageOf(t, number).length;
  return sum;
}

function pageOf(t, number) {
  return `${year(t)}, page ${number}. `.repeat(64);
}

function year(t) {
  return 1900 + t.index;
}
