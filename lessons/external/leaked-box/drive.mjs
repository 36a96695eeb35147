// A laboratory looks for motifs in strands of DNA, a few dozen at a time. Each strand is another one. Now and
// then somebody sends the form without a motif.

export async function round(addon, t) {
  const first = (t.index + 10) * t.size;
  const searches = Array.from({ length: t.size }, (_, number) => begin(addon, first + number));
  t.sample(t.size);
  const ends = await Promise.allSettled(searches.map(({ found }) => found));
  const answered = searches.filter(({ expected }, index) => ends[index].value === expected);
  const empty = searches.filter(({ expected }) => expected === "refused").length;
  t.answer("found", answered.length, t.size - empty);
  t.answer("refused", ends.filter(isRefusal).length, empty);
  t.answer("background", searches.filter(({ found }) => found instanceof Promise).length, t.size);
}

function begin(addon, number) {
  const times = 3 + (number % 20);
  const strand = "GATTACA".repeat(times) + "C".repeat(2000) + inBases(number);
  const refused = number % 8 === 0;
  return { found: count(addon, strand, refused ? "" : "TTAC"), expected: refused ? "refused" : times };
}

function count(addon, strand, motif) {
  try {
    return addon.count(strand, motif);
  } catch (error) {
    return { error };
  }
}

function isRefusal({ reason }) {
  return Boolean(reason?.message.includes("at least one base"));
}

// A number as a strand that has no motif in it.
function inBases(number) {
  return number.toString(3).replace(/./g, (digit) => "ACG"[digit]);
}
