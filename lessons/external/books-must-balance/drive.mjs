// A spreadsheet program. People open sheets, write rows at their end, delete some of them, and now and then
// ask for more rows than there can be. All sheets of a round are open until its end, and one is open always.

const COLUMNS = 8;

let archive;

export function round(addon, t) {
  archive ??= fill(new addon.Sheet(40_000, COLUMNS), 0, 40_000, 1);
  const sheets = Array.from({ length: t.size }, (_, number) => write(addon, t, number));
  t.answer("sums", sheets.filter(({ sheet, sum }) => sheet.sum() === sum).length, t.size);
  t.answer("refused", sheets.filter(({ refused }) => refused).length, sheets.filter(({ asked }) => asked).length);
  t.answer("archive", archive.sum(), 40_000 * COLUMNS);
}

// A sheet of 4 rows that grows by 4 at a time, to a hundred or so.
function write(addon, t, number) {
  const sheet = new addon.Sheet(4, COLUMNS);
  const last = 96 + 4 * ((number + t.index + 10) % 4);
  for (let rows = 8; rows <= last; rows += 4) sheet.resize(rows);
  const value = 1 + ((number + t.index + 10) % 7);
  fill(sheet, 0, last, value);
  const asked = number % 5 === 0;
  const refused = asked && isRefused(sheet);
  // Of each third sheet the last rows are deleted.
  const rows = number % 3 === 0 ? last - 40 : last;
  if (rows < last) sheet.resize(rows);
  t.sample(number + 1);
  return { sheet, sum: rows * COLUMNS * value, asked, refused };
}

function fill(sheet, from, to, value) {
  for (let row = from; row < to; row++) sheet.fill(row, value);
  return sheet;
}

function isRefused(sheet) {
  try {
    sheet.resize(200_000);
    return false;
  } catch ({ message }) {
    return message.includes("a million cells");
  }
}
