// The code of the lesson: as the page shows it, and as it can be edited once the reader wants that. The editor is
// loaded then, not before.

import { make, paint } from "./dom.js";

export class Code {
  #block;
  #pre;
  #text;
  #editor = null;
  #opening = null;
  #marks = [];
  #options = null;

  // `block` is the block of the page, with its numbers.
  constructor(block) {
    this.#block = block;
    this.#pre = block.querySelector("pre");
    this.#text = this.#pre.querySelector("code").textContent;
  }

  // Lets it be edited: { language, label, keys, changed, trouble }, as the editor has them.
  allow(options) {
    const first = this.#options === null;
    this.#options = options;
    if (!first) return;
    this.#pre.tabIndex = 0;
    this.#pre.setAttribute("role", "region");
    this.#pre.setAttribute("aria-label", `${options.label}; Enter edits it`);
    this.#block.classList.add("play-editable");
    this.#pre.addEventListener("click", (event) => this.#clicked(event));
    this.#pre.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== this.#pre) return;
      event.preventDefault();
      this.edit();
    });
  }

  // The editor has one kind of line end, the file may have another.
  get text() {
    const text = this.#editor?.text;
    if (text === undefined || text === unix(this.#text)) return this.#text;
    return this.#text.includes("\r\n") ? text.replaceAll("\n", "\r\n") : text;
  }

  get hasFocus() {
    return this.#editor?.hasFocus ?? false;
  }

  // Shows another text, and leaves the caret where it is.
  show(text) {
    if (text !== this.#text) this.#marks = [];
    this.remember(text);
    this.#editor?.replace(unix(text));
  }

  // The text is what was saved; the editor may be further.
  remember(text) {
    if (text === this.#text) return;
    this.#text = text;
    paint(this.#pre.querySelector("code"), text);
    const lines = unix(text).replace(/\n$/, "").split("\n");
    this.#block.dataset.lines = lines.map((_, index) => index + 1).join("\n");
  }

  // Puts the editor in the place of the code, and the caret where the page was clicked.
  async edit(click) {
    if (!this.#options) return;
    this.#opening ??= this.#open();
    if (!(await this.#opening)) return;
    if (click) this.#editor.caretAt(click.clientX, click.clientY);
    this.#editor.focus();
  }

  async select(line) {
    await this.edit();
    this.#editor?.select(line);
  }

  // What the compiler says, at its places in the text.
  mark(messages) {
    this.#marks = messages;
    this.#editor?.mark(messages);
  }

  async #open() {
    const { trouble, ...options } = this.#options;
    try {
      const { open } = await import("./editor.js");
      // mdBook gives code that is not in a `pre` the colour of a word in a text.
      const parent = make("pre", { class: "play-editor" });
      this.#block.append(parent);
      this.#editor = open({ parent, text: unix(this.#text), ...options });
    } catch (error) {
      reportError(error);
      trouble("The editor could not be loaded. Load the page again, or edit the file in your own editor.");
      this.#opening = null;
      return false;
    }
    this.#block.classList.add("play-editing");
    this.#editor.mark(this.#marks);
    return true;
  }

  // Who selects text, or copies it by the button, does not want to edit.
  #clicked(event) {
    if (event.target.closest("button") || !getSelection().isCollapsed) return;
    this.edit(event);
  }
}

const unix = (text) => text.replaceAll("\r\n", "\n");
