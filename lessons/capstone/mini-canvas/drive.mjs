// A score board of flags. Most are shown for a moment and then emptied, one place is drawn again and again, small
// flags are loaded in the background, some of the data are cut off, and each match has a worker that ends with it.

const CUT_OFF = "the picture is cut off";
const EMPTY = Buffer.alloc(0);

export async function round(addon, t) {
  const { emptied, shown } = showAndEmpty(addon, t);
  const { place, drawn } = drawAgainAndAgain(addon, t);
  const flags = load(addon, t);
  const said = await Promise.all(flags.map(({ said }) => said));

  const whole = flags.filter(({ cut }) => !cut);
  const loaded = whole.filter(({ image, source }) => shows(image, source)).length;
  // A flag that was refused has changed nothing.
  const kept = shows(place.image, place.source) ? 1 : 0;
  t.answer("flags", { shown: shown + drawn + kept, loaded }, {
    shown: t.size + Math.ceil(t.size / 8) + Math.ceil((12 * t.size) / 16) + 1,
    loaded: whole.length,
  });
  t.answer("empty", emptied.filter(isEmpty).length, t.size);
  t.answer("said", flags.filter(({ name, cut }, number) => isRight(said[number], name, cut)).length, t.size);
  t.answer("match", await t.worker(100 + t.index), { shown: 4, said: 2 });
}

// Its images are still there when the worker ends, and so is a function that nobody has called.
export async function worker(addon, match) {
  const sources = [0, 1, 2, 3].map((number) => small(match + number));
  sources.forEach((source) => show(show(new addon.Image(), source), EMPTY));
  const images = sources.map((source) => show(new addon.Image(), source));
  images.forEach((image, number) => show(image, sources[3 - number]));
  const name = `flag ${match}`;
  const start = (source) => addon.load(new addon.Image(), source).catch(addon.onError(name));
  const [whole, cut] = await Promise.all([start(small(match)), start(cutOff(small(match)))]);
  const said = [isRight(whole, name, false), isRight(cut, name, true)].filter(Boolean).length;
  return { shown: images.filter((image, number) => shows(image, sources[3 - number])).length, said };
}

// The images are there until the round is over.
function showAndEmpty(addon, t) {
  let shown = 0;
  const emptied = Array.from({ length: t.size }, (_, number) => {
    const image = t.track(new addon.Image());
    // One in eight shows another flag afterwards.
    const sources = [large(number + t.index, 5), large(number + t.index + 1, 4)];
    for (const source of sources.slice(0, number % 8 ? 1 : 2)) {
      shown += shows(show(image, source), source) ? 1 : 0;
      show(image, EMPTY);
    }
    t.sample(number + 1);
    return image;
  });
  return { emptied, shown };
}

function drawAgainAndAgain(addon, t) {
  const image = t.track(new addon.Image());
  let source;
  let drawn = 0;
  for (let number = 0; number < 12 * t.size; number++) {
    source = large(number + t.index, 4 + (number % 2));
    show(image, source);
    if (number % 16 === 0) drawn += shows(image, source) ? 1 : 0;
  }
  t.answer("refused", isRefused(image, cutOff(source)), true);
  return { place: { image, source }, drawn };
}

function load(addon, t) {
  return Array.from({ length: t.size }, (_, number) => {
    const image = t.track(new addon.Image());
    const name = `flag ${number + t.index}`;
    const cut = number % 20 === 7;
    const source = cut ? cutOff(small(number + t.index)) : small(number + t.index);
    return { image, name, cut, source, said: addon.load(image, source).catch(addon.onError(name)) };
  });
}

function large(number, stripes) {
  return flag(240 - (Math.abs(number) % 8), 12, stripes, number);
}

function small(number) {
  return flag(40, 4, 3, number);
}

// Its width, the height of a stripe, how many stripes there are, and a shade for each.
function flag(width, height, stripes, first) {
  const shades = Array.from({ length: stripes }, (_, stripe) => 1 + ((first + 50 * stripe + 1000) % 250));
  return Buffer.from([width, height, stripes, ...shades]);
}

function cutOff(source) {
  return source.subarray(0, -1);
}

function show(image, source) {
  image.setSource(source);
  return image;
}

function shows(image, [width, height, , ...shades]) {
  if (!image.isShown || image.width !== width || image.shadeAt(0, height * shades.length) !== null) return false;
  return shades.every((shade, stripe) => {
    const [first, last] = [height * stripe, height * (stripe + 1) - 1];
    return image.shadeAt(0, last) === shade && image.shadeAt(width - 1, first) === shade;
  });
}

function isEmpty(image) {
  return !image.isShown && image.width === 0 && image.shadeAt(0, 0) === null;
}

// Of a flag that is whole nothing is said.
function isRight(said, name, cut) {
  return said === (cut ? `${name}: ${CUT_OFF}` : undefined);
}

function isRefused(image, source) {
  try {
    show(image, source);
    return false;
  } catch ({ message }) {
    return message === CUT_OFF;
  }
}
