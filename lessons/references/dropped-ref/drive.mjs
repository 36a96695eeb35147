// A conference has three rooms and many guests, who speak one after the other. Whoever has the floor is in
// the room; those who have spoken leave, and the service lets go of them. In the end one room is closed, and
// then the service lets go of the conference.

const ROOMS = ["hall", "garden", "library"];

export async function round(addon, t) {
  const conference = talk(addon, t);
  await collect();
  judge(conference, t);
  conference.instance = null;
}

function talk(addon, t) {
  const instance = new addon.Conference();
  const conference = { instance, right: 0, empty: 0, remembered: [] };
  for (const room of ROOMS) conference.empty += instance.speaker(room) === null && !instance.close(room) ? 1 : 0;
  for (let number = 0; number < t.size; number++) {
    const guest = t.track({ name: nameOf(number, t), words: 0 });
    instance.giveFloor(roomOf(number), guest);
    // A guest speaks twice, and is looked up for that as everybody is.
    for (let words = 0; words < 2; words++) instance.speaker(roomOf(number)).words += 1;
    conference.right += guest.words === 2 && instance.speaker(roomOf(number)) === guest ? 1 : 0;
    // Somebody takes the floor a second time, and that is no new guest.
    if (number % 10 === 0) instance.giveFloor(roomOf(number), guest);
    // Some are remembered until the end of the day.
    if (number % 50 === 0) conference.remembered.push(guest);
    t.sample(number + 1);
  }
  return conference;
}

// Nothing but the conference has held the last speaker of each room in the meantime.
function judge({ instance, right, empty, remembered }, t) {
  t.answer("speakers", right, t.size);
  t.answer("last", ROOMS.map((room) => instance.speaker(room)?.name ?? null), ROOMS.map((_, room) => nameOf(last(room, t), t)));
  const closed = [instance.close("hall"), instance.close("hall"), instance.speaker("hall")];
  t.answer("closed", { empty, closed }, { empty: ROOMS.length, closed: [true, false, null] });
  t.answer("remembered", remembered.map(({ words }) => words), remembered.map(() => 2));
}

function roomOf(number) {
  return ROOMS[number % ROOMS.length];
}

// The last guest who spoke in this room.
function last(room, t) {
  return t.size - 1 - ((t.size - 1 - room) % ROOMS.length);
}

function nameOf(number, t) {
  return `Guest ${t.index}.${number}`;
}

async function collect() {
  gc();
  await new Promise(setImmediate);
}
