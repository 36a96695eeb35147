// A game server has an object for each session, and finds it again by its id when a message comes.
// It never says when a session is over: it lets go of the object.

// One register for the whole server.
let register;
let entered = 0;

export function round(addon, t) {
  register ??= addon.register();
  // The sessions of the round before are over, and collected.
  let over = 0;
  for (let id = Math.max(1, entered - t.size + 1); id <= entered; id++) over += addon.find(register, id) ? 1 : 0;
  t.answer("over", over, 0);

  let right = 0;
  let previous;
  // Some players stay until the end of the day.
  const guests = [];
  for (let number = 0; number < t.size; number++) {
    const id = (entered += 1);
    const session = addon.enter(register, id);
    session.messages = 0;
    right += message(addon, id, session);
    // Each session gets another message when there is a younger one.
    if (previous) right += message(addon, id - 1, previous);
    previous = session;
    if (number % 50 === 0) guests.push([id, session]);
    t.sample(number + 1);
  }
  for (const [id, session] of guests) right += message(addon, id, session);
  const counted = guests.reduce((sum, [, session]) => sum + session.messages, 0);
  t.answer("found", { right, counted }, { right: 2 * t.size - 1 + guests.length, counted: 3 * guests.length });
}

// A message for the session `id`: whether it finds the very object that `enter` gave.
function message(addon, id, session) {
  const found = addon.find(register, id);
  if (found) found.messages += 1;
  return found === session ? 1 : 0;
}
