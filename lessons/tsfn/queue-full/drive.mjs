// A page shows a live histogram of each image that the scanner reads. The scan occupies
// JavaScript's thread, so the page sees what was queued only after `scan` has returned.

const QUEUE = 16;

export async function round(addon, t) {
  const { missed, seen } = scan(addon, t);
  t.sample(t.size);
  // A histogram that is not there after this many turns of the event loop will not come.
  for (let turn = 0; turn < 1000 && seen.length + missed !== t.size; turn++) await new Promise(setImmediate);
  judge(t, missed, seen);
}

function scan(addon, t) {
  const seen = [];
  const missed = addon.scan(first(t), t.size, (histogram) => {
    // The scanner fills a histogram with the image's number: one glance tells whose it is.
    const [image] = histogram;
    const intact = histogram.length === 256 && histogram.every((pixels) => pixels === image);
    seen.push(intact ? image : "torn");
  });
  return { missed, seen };
}

function judge(t, missed, seen) {
  const expected = Array.from({ length: QUEUE }, (_, i) => first(t) + i);
  const wrong = seen.filter((image, i) => image !== first(t) + i);
  t.answer("first", seen.slice(0, QUEUE), expected);
  t.answer("wrong", wrong.slice(0, QUEUE), []);
  t.answer("accounted", seen.length + missed, t.size);
}

// Rounds count from below 0; images do not.
function first(t) {
  return 1000 + 10 * t.index;
}
