// An editor opens documents and shows the outline of each: chapters, and sections below them. While a
// document is open the editor has its heading; the others it asks once where they are, and lets go.
// Then the documents are closed, and of each one section is left, in a list of places to go back to.

export async function round(addon, t) {
  const documents = open(addon, t);
  t.sample(t.size);
  await collect();
  documents.forEach(ask);
  t.answer("paths", documents.map(({ paths }) => paths), documents.map(({ titles }) => titles.map((title) => title.join(" / "))));
  t.answer("counts", documents.map(({ count }) => count), documents.map(({ titles }) => titles.length));

  documents.forEach(close);
  await collect();
  t.answer("left", documents.filter(isLeft).length, t.size);
  documents.length = 0;
}

function open(addon, t) {
  return Array.from({ length: t.size }, (_, number) => outline(addon, t, number));
}

// A document with up to five chapters, each with as many sections as its number.
function outline(addon, t, number) {
  const name = `Document ${t.index}.${number}`;
  const heading = t.track(new addon.Heading(name));
  const document = { heading, section: null, paths: [heading.path], titles: [[name]], count: 0 };
  const add = (above, title, ...titles) => {
    const added = t.track(above.add(title));
    document.paths.push(added.path);
    document.titles.push([...titles, title]);
    return added;
  };
  for (let i = 1; i <= 3 + ((number + t.index + 10) % 3); i++) {
    const chapter = add(heading, `Chapter ${i}`, name);
    for (let j = 1; j <= i; j++) document.section = add(chapter, `Section ${i}.${j}`, name, `Chapter ${i}`);
  }
  return document;
}

function ask(document) {
  document.count = document.heading.count;
}

function close(document) {
  document.heading = null;
}

// A section that is left knows its title, and perhaps where it was.
function isLeft({ section, titles }) {
  return titles.at(-1).join(" / ").endsWith(section.path) && section.path.endsWith(titles.at(-1).at(-1)) && section.count === 1;
}

// Lets V8 find what is garbage, a level of the outline at a time, and gives finalizers their turns.
async function collect() {
  for (let level = 0; level < 4; level++) {
    gc();
    await new Promise(setImmediate);
  }
}
