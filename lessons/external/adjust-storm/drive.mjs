// A school has a whiteboard for each of its classes. Some are drawn on all day, and most of them hardly ever.

const SIDE = 1024;
const CLASSES = 100;
const BUSY = 10;

export function round(addon, t) {
  const boards = Array.from({ length: CLASSES }, () => new addon.Board(SIDE));
  const seen = boards.map(() => new Map());
  for (let number = 0; number < t.size; number++) {
    const board = number % BUSY;
    const row = (number * 7 + t.index + 10) % SIDE;
    const shade = 1 + ((number + t.index + 10) % 255);
    boards[board].stroke(row, shade);
    seen[board].set(row, shade);
    t.sample(number + 1);
  }
  const drawn = boards.slice(0, BUSY).filter((board, index) => shows(board, seen[index]));
  t.answer("drawn", drawn.length, BUSY);
  t.answer("empty", boards.filter((board) => board.shadeAt(0, 0) === null).length, CLASSES - BUSY);
}

// Each row has the shade that was drawn there last, on both of its ends, and the others have none.
function shows(board, rows) {
  for (let row = 0; row < SIDE; row++) {
    const shade = rows.get(row) ?? 0;
    if (board.shadeAt(row, 0) !== shade || board.shadeAt(row, SIDE - 1) !== shade) return false;
  }
  return true;
}
