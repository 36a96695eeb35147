// An airline checks in the passengers of a flight. Some of the bookings are no bookings, and some people try it
// twice. The last passenger is always a good one.

export async function round(addon, t) {
  const bookings = makeBookings(t);
  const results = checkIn(addon, t, bookings);
  t.sample(t.size);
  // Passengers are checked in in their order, so whoever is before the last one has been looked at by then.
  await results.last;
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  const expected = rightResults(bookings);
  const wrong = (kind) => expected.flatMap((right, at) => (right[0] === kind && results.list[at]?.join() !== right.join() ? [results.list[at] ?? "no answer"] : []));
  t.answer("seats", wrong("seat").slice(0, 4), []);
  t.answer("refused", wrong("refused").slice(0, 4), []);
}

// What has come of each promise, in a list that has holes for those of which nothing has.
function checkIn(addon, t, bookings) {
  const list = [];
  const promises = addon.checkIn(bookings);
  promises.forEach((promise, at) => {
    t.track(promise).then(
      (seat) => (list[at] = ["seat", seat]),
      (error) => (list[at] = ["refused", error.message]),
    );
  });
  return { list, last: promises.at(-1) };
}

function makeBookings(t) {
  const code = (number) => `AG${1000 * (10 + t.index) + number}`;
  return Array.from({ length: t.size }, (_, number) => {
    if (number === t.size - 1) return code(number);
    if (number % 5 === 1) return code(number).replace("AG", "XX");
    return number % 5 === 3 ? code(number - 1) : code(number);
  });
}

function rightResults(bookings) {
  const boarding = new Set();
  return bookings.map((booking) => {
    if (!booking.startsWith("AG")) return ["refused", `${booking} is no booking`];
    if (boarding.has(booking)) return ["refused", `${booking} has checked in`];
    const number = boarding.add(booking).size - 1;
    return ["seat", `${1 + Math.floor(number / 6)}${"ABCDEF"[number % 6]}`];
  });
}
