// A map is drawn of tiles. A tile draws itself when its heights are known, and until then nobody but the survey
// has it. Of some tiles the data are cut off, and some tiles are of a sheet that has been put away.

export async function round(addon, t) {
  const map = { heights: 0, drawn: 0 };
  const surveys = start(addon, t, map);
  // The surveys have begun, and their tiles are in nobody's hands.
  gc();
  t.sample(t.size);
  const ends = await Promise.allSettled(surveys);
  const said = (message) => ends.filter(({ reason }) => reason?.message === message).length;
  const cut = numbers(t).filter(isCut).length;
  const away = numbers(t).filter(isAway).length;
  t.answer("errors", { cut: said("half a height is missing"), away: said("the sheet is away") }, { cut, away });
  const right = numbers(t).filter((number) => !isCut(number) && !isAway(number));
  t.answer("drawn", map, { drawn: right.length, heights: right.reduce((sum, number) => sum + 8 * heightOf(number, t), 0) });
}

function start(addon, t, map) {
  return numbers(t).map((number) => {
    const tile = t.track({
      draw: (heights) => {
        if (isAway(number)) throw new Error("the sheet is away");
        map.drawn += 1;
        for (const height of heights) map.heights += height;
      },
    });
    return addon.survey(tile, dataOf(number, t));
  });
}

// Eight heights of two bytes each.
function dataOf(number, t) {
  const data = Buffer.alloc(16);
  for (let at = 0; at < 16; at += 2) data.writeUInt16LE(heightOf(number, t), at);
  return isCut(number) ? data.subarray(0, 13) : data;
}

function heightOf(number, t) {
  return 100 + 10 * t.index + (number % 500);
}

function isCut(number) {
  return number % 5 === 3;
}

function isAway(number) {
  return number % 20 === 7;
}

function numbers(t) {
  return Array.from({ length: t.size }, (_, number) => number);
}
