// What the reader has to know or to decide, between the code and what was found.

import { button, make } from "./dom.js";

const CLASH =
  "The file was changed elsewhere, and so was the text in this page. Which one is to stay? " +
  "The other one goes to backups/.";

export class Notices {
  element = make("div", { class: "play-notices" });
  // By its kind; a new one takes the place of the old one.
  #shown = new Map();

  clear(kind) {
    this.#shown.get(kind)?.remove();
    this.#shown.delete(kind);
  }

  // A sentence, which is read out.
  say(kind, ...content) {
    this.put(kind, make("p", { class: `play-notice play-${kind}`, role: "alert" }, ...content));
  }

  // A question. `answers` are the buttons: [label, what it does]. The first one gets the focus if `atOnce`.
  ask(kind, question, answers, atOnce) {
    const buttons = answers.map(([label, does]) => button(label, {}, does));
    const id = `play-${kind}-question`;
    const attributes = { class: `play-notice play-${kind}`, role: "group", "aria-labelledby": id };
    this.put(kind, make("div", attributes, make("p", { id, role: "alert" }, question), make("div", {}, ...buttons)));
    if (atOnce) buttons[0].focus();
  }

  // Two texts, of which one is to stay. While the question is there, only the texts change: it is not read out again.
  choose({ mine, theirs, language, keepMine, takeTheirs }) {
    const disk = theirs ?? "There is no text any more.";
    const sides = make(
      "div",
      { class: "play-sides" },
      side("In this page", mine, disk, language, button("Keep mine", {}, keepMine)),
      side("On the disk", disk, mine, language, button("Take the one on disk", {}, takeTheirs)),
    );
    const old = this.#shown.get("clash");
    if (old) {
      old.lastElementChild.replaceWith(sides);
      return;
    }
    const id = "play-clash-question";
    const box = make(
      "div",
      { class: "play-notice play-clash", role: "group", "aria-labelledby": id },
      make("p", { id, role: "alert" }, CLASH),
      sides,
    );
    this.put("clash", box);
  }

  // Anything else.
  put(kind, element) {
    const old = this.#shown.get(kind);
    if (old) old.replaceWith(element);
    else this.element.append(element);
    this.#shown.set(kind, element);
  }
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
