// A search service opens documents, asks each for two words, and lets it go. It knows `open` and
// `occurrences`: that is the add-on's interface, and nothing else is called.
export function round(addon, t) {
  let right = 0;
  let previous;
  // Some documents are worth keeping until the service has seen all.
  const kept = [];
  for (let number = 0; number < t.size; number++) {
    const document = addon.open(text(number, t.index));
    // Each document is asked again when there is a younger one.
    if (previous) right += isRight(addon, previous, number - 1, t.index);
    right += isRight(addon, document, number, t.index);
    previous = document;
    if (number % 50 === 0) kept.push([document, number]);
    t.sample(number + 1);
  }
  for (const [document, number] of kept) right += isRight(addon, document, number, t.index);
  t.answer("right", right, 2 * t.size - 1 + kept.length);
}

function isRight(addon, document, number, index) {
  const rivers = addon.occurrences(document, "river");
  const stones = addon.occurrences(document, "stone");
  return rivers === riversOf(number, index) && stones === stonesOf(number, index) ? 1 : 0;
}

function text(number, index) {
  return `document ${number} ${"river ".repeat(riversOf(number, index))}${"stone ".repeat(stonesOf(number, index))}`;
}

function riversOf(number, index) {
  return 1 + ((number + index + 10) % 5);
}

function stonesOf(number, index) {
  return 1 + ((3 * number + index + 10) % 7);
}
