// What the reader has to know or to decide, between the code and what was found.

import { button, make } from "./dom.js";

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

  // Anything else.
  put(kind, element) {
    const old = this.#shown.get(kind);
    if (old) old.replaceWith(element);
    else this.element.append(element);
    this.#shown.set(kind, element);
  }
}
