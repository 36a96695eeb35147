// A command line tool prints the labels of parcels, one after the other. It has one printer for as long as it
// runs, and at the end it just comes to its last line.

let printer;

export async function round(addon, t) {
  printer ??= new addon.Printer();
  const seen = [];
  const heard = listen(printer, seen);
  for (let label = 0; label < t.size; label++) {
    printer.print(parcel(t, label));
    await heard.next();
    t.sample(label + 1);
  }
  const expected = Array.from({ length: t.size }, (_, label) =>
    ["heating", "printing", "done"].map((status) => `${parcel(t, label)}: ${status}`),
  );
  t.answer("statuses", seen, expected.flat());
}

// Only the listener waits for the printer: no timer and no immediate does it as well.
function listen(printer, seen) {
  let isDone;
  printer.onStatus((status) => {
    seen.push(status);
    if (status.endsWith("done")) isDone();
  });
  return { next: () => new Promise((resolve) => (isDone = resolve)) };
}

// Rounds count from below 0; parcels do not.
function parcel(t, label) {
  return 1000 * (10 + t.index) + label;
}
