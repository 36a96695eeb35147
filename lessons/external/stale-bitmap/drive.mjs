// A museum has a screen beside each of its paintings. The screens are there from the first day to the last;
// the pictures on them come and go. Each day another part of the museum is open.

const DAYS = 7;
const OFF = Buffer.alloc(0);

let wall;

export function round(addon, t) {
  wall ??= Array.from({ length: DAYS * t.size }, () => new addon.Screen());
  const day = t.index + 1;
  const screens = wall.slice(day * t.size, (day + 1) * t.size);

  let shown = 0;
  for (const [number, screen] of screens.entries()) {
    const picture = sunset(150 + ((number + day) % 50), 200 + (number % 56), number + day);
    screen.show(picture);
    shown += shows(screen, picture) ? 1 : 0;
    t.sample(number + 1);
  }
  t.answer("shown", shown, t.size);

  // In the evening they are switched off, and one in four shows another, smaller picture before.
  let again = 0;
  let dark = 0;
  for (const [number, screen] of screens.entries()) {
    screen.show(OFF);
    dark += isDark(screen) ? 1 : 0;
    if (number % 4) continue;
    const picture = sunset(40, 30 + (day % 5), number);
    screen.show(picture);
    again += shows(screen, picture) ? 1 : 0;
    screen.show(OFF);
    dark += isDark(screen) ? 1 : 0;
  }
  t.answer("again", again, Math.ceil(t.size / 4));
  t.answer("dark", dark, t.size + Math.ceil(t.size / 4));
}

// Its width, and a shade for each row.
function sunset(width, height, first) {
  return Buffer.from([width, ...Array.from({ length: height }, (_, y) => (first + y) % 251)]);
}

function shows(screen, picture) {
  const [width, ...shades] = picture;
  const [columns, rows] = screen.size;
  if (!screen.isOn || columns !== width || rows !== shades.length) return false;
  return shades.every((shade, y) => screen.shadeAt(y % width, y) === shade) && screen.shadeAt(width, 0) === null;
}

function isDark(screen) {
  const [columns, rows] = screen.size;
  return !screen.isOn && columns === 0 && rows === 0 && screen.shadeAt(0, 0) === null;
}
