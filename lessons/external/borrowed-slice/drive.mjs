// A backup packs one file after the other, adds each to an archive, and seals the archives in the evening.
// Now and then one is given up before.

const FILES = 4;

export async function round(addon, t) {
  const archives = fill(addon, t);
  // The packed files were for the archives: JavaScript has none of them.
  for (let turn = 0; turn < 3; turn++) {
    gc();
    await new Promise(setImmediate);
  }
  const sealed = archives.filter((_, number) => number % 4 !== 3);
  archives.length = 0;
  const seals = await Promise.all(sealed.map(({ archive }) => archive.seal()));
  t.sample(t.size);
  t.answer("sealed", seals.filter((seal, index) => seal === sealOf(sealed[index].files)).length, sealed.length);
  t.answer("empty", await sealed[0].archive.seal(), 1);
  sealed.length = 0;
}

function fill(addon, t) {
  return Array.from({ length: t.size }, (_, number) => {
    const archive = new addon.Archive();
    const files = Array.from({ length: FILES }, (_, file) => runs(number + t.index + 10, file));
    for (const file of files) archive.add(addon.pack(file));
    return { archive, files };
  });
}

// A file of some hundred runs, none of them longer than a count can say.
function runs(number, file) {
  const lengths = Array.from({ length: 300 + ((number * 7) % 100) }, (_, run) => 1 + ((run * 13 + file + number) % 90));
  return Buffer.concat(lengths.map((length, run) => Buffer.alloc(length, (run * 3 + file) % 256)));
}

// What the seal of these files has to be.
function sealOf(files) {
  let seal = 1;
  for (const file of files) {
    for (let at = 0; at < file.length; ) {
      let end = at + 1;
      while (file[end] === file[at]) end++;
      for (const byte of [end - at, file[at]]) seal = (Math.imul(seal, 31) + byte) >>> 0;
      at = end;
    }
  }
  return seal;
}
