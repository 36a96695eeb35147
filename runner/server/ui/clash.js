// A file that was changed on the disk while its text was changed in the page: both texts, of which one is to stay.

import { button, make } from "./dom.js";

const QUESTION =
  "The file was changed elsewhere, and so was the text in this page. Which one is to stay? " +
  "The other one goes to backups/.";

// Asks, among the notices. While the question is there, only the texts change: it is not read out again.
// `settled` comes after the choice.
export function choose(notices, draft, { mine, theirs, language, settled }) {
  const settle = async (backup, sentence) => {
    const name = await backup;
    if (name) notices.say("done", `${sentence} ${name}.`);
    settled();
  };
  const keepMine = () => settle(draft.keepMine(), "Your text is on the disk. The one that was there is in");
  const takeTheirs = () => settle(draft.takeTheirs(), "The page has the text of the disk. Yours is in");
  const sides = make(
    "div",
    { class: "play-sides" },
    side("In this page", mine, theirs, language, button("Keep mine", {}, keepMine)),
    side("On the disk", theirs, mine, language, button("Take the one on disk", {}, takeTheirs)),
  );
  const old = notices.element.querySelector(".play-clash");
  if (old) {
    old.lastElementChild.replaceWith(sides);
    return;
  }
  const id = "play-clash-question";
  const box = make(
    "div",
    { class: "play-notice play-clash", role: "group", "aria-labelledby": id },
    make("p", { id, role: "alert" }, QUESTION),
    sides,
  );
  notices.put("clash", box);
}

// One of two texts; the lines that the other one does not have are marked.
function side(name, text, other, language, choice) {
  const others = new Set(other.split("\n"));
  const rows = text.split("\n").map((line) => {
    return others.has(line) ? `${line}\n` : make("mark", { class: "play-row" }, `${line}\n`);
  });
  const code = make("code", { class: `hljs language-${language}` }, ...rows);
  return make("div", {}, make("p", {}, make("strong", {}, name)), make("pre", {}, code), choice);
}
