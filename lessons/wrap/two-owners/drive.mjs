// A mail service opens a mailbox when its user signs on, searches it, and closes it when the user signs off.
// The mailboxes of those who have signed off are in a list until the end of the hour. Some users never sign
// off: their connection is lost, and the service lets go of the mailbox.

export async function round(addon, t) {
  await hour(addon, t);
  await collect();
  late(addon, t);
}

function hour(addon, t) {
  const over = [];
  let right = 0;
  for (let number = 0; number < t.size; number++) {
    const mailbox = open(addon, t, number);
    right += mailbox.count(wordOf(t, number)) === number % 3 ? 1 : 0;
    // Every twentieth connection is lost.
    if (number % 20 !== 19) {
      mailbox.close();
      over.push(mailbox);
    }
    t.sample(number + 1);
  }
  t.answer("counts", { right, over: over.length }, { right: t.size, over: t.size - Math.floor(t.size / 20) });
}

// A user signs off twice, and then a search comes late.
function late(addon, t) {
  const mailbox = open(addon, t, 2);
  const said = [count(mailbox, wordOf(t, 2))];
  mailbox.close();
  mailbox.close();
  said.push(count(mailbox, wordOf(t, 2)));
  t.answer("late", said, [2, "the mailbox is closed"]);
}

function open(addon, t, number) {
  const filler = "x".repeat(8192);
  return new addon.Mailbox(["Hello", filler, "Bill", filler].map((subject, i) => (i < number % 3 ? `${wordOf(t, number)}: ${subject}` : subject)));
}

function count(mailbox, word) {
  try {
    return mailbox.count(word);
  } catch (error) {
    return error.message;
  }
}

function wordOf(t, number) {
  return `Order ${t.index}.${number}`;
}

async function collect() {
  gc();
  await new Promise(setImmediate);
}
