// A theatre sells tickets on its page. A person who chooses seats gets a button. Most people press it, some go away
// without it, and some press it twice.

export async function round(addon, t) {
  const people = Array.from({ length: t.size }, (_, number) => visit(addon, t, number));
  t.sample(t.size);
  t.answer("tickets", people.flatMap(({ bought, right }) => (bought === right ? [] : [bought])).slice(0, 4), []);
  t.answer("again", people.flatMap(({ again }) => (again === undefined || again === "sold already" ? [] : [again])).slice(0, 4), []);
  people.length = 0;
}

function visit(addon, t, number) {
  const show = `Hamlet, evening ${10 + t.index}`;
  const seats = [number, number + 1];
  const press = addon.reserve(show, seats);
  // One of three goes away, and has pressed nothing.
  if (number % 3 === 1) return { bought: null, right: null };
  const bought = press();
  const again = number % 3 === 2 ? refused(press) : undefined;
  return { bought, right: `${show}: [${seats.join(", ")}]`, again };
}

function refused(press) {
  try {
    return `another ticket: ${press()}`;
  } catch (error) {
    return error.message;
  }
}
