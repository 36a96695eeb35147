// A cinema sells tickets, and its visitors keep theirs for the evening. Most are redeemed at the door, some
// visitors don't come, and some try twice.

export async function round(addon, t) {
  evening(addon, t);
  await collect();
  again(addon, t);
}

function evening(addon, t) {
  const pockets = [];
  let right = 0;
  for (let number = 0; number < t.size; number++) {
    const ticket = addon.sell(seatsOf(number, t));
    pockets.push(ticket);
    // Every fifth visitor does not come.
    if (number % 5 !== 4) right += same(addon.redeem(ticket), seatsOf(number, t)) ? 1 : 0;
    t.sample(number + 1);
  }
  t.answer("seats", right, pockets.filter((_, number) => number % 5 !== 4).length);
}

// A ticket that is shown a second time, and something that is no ticket.
function again(addon, t) {
  const ticket = addon.sell(seatsOf(7, t));
  const shown = [show(addon, ticket), show(addon, ticket), show(addon, {})];
  const no = "no ticket, or one that is used up";
  t.answer("again", shown, [seatsOf(7, t), no, no]);
}

function show(addon, ticket) {
  try {
    return addon.redeem(ticket);
  } catch (error) {
    return error.message;
  }
}

function seatsOf(number, t) {
  return Array.from({ length: 1 + (number % 3) }, (_, i) => `Row ${10 + t.index}, seat ${number + i}`);
}

function same(seats, expected) {
  return JSON.stringify(seats) === JSON.stringify(expected);
}

async function collect() {
  gc();
  await new Promise(setImmediate);
}
