// The toolbar below the code, and the line that says what is going on.

import { button, enable, isEnabled, make } from "./dom.js";

// By its action, what a button is called and what it does.
const BUTTONS = {
  edit: ["Edit", "Edit the exercise here"],
  run: ["Run", "Its memory at five moments (in the editor: Ctrl or ⌘ with Shift and Enter)"],
  check: ["Check", "The verdict on your exercise (in the editor: Ctrl or ⌘ with Enter)"],
  guard: ["Guard", "Check, and name the first access to memory that is not there"],
  why: ["Why", "Check, and say who holds the objects that are left"],
  stop: ["Stop", "End the run"],
  hint: ["Hint", "Open the next hint"],
  reset: ["Reset", "Put the exercise back to how it was shipped"],
  diff: ["Diff", "What is different in the solution"],
};

export class Bar {
  element;
  #buttons = {};
  #tools;
  #status = make("p", { class: "play-status", role: "status", "aria-live": "polite" });
  // Counts that change too often to be read out.
  #clock = make("span", { class: "play-clock" });
  #state = make("span", { class: "play-state" });

  // `press` is called with the action of a button.
  constructor(press) {
    for (const [action, [label, title]] of Object.entries(BUTTONS)) {
      const pressed = ({ currentTarget }) => isEnabled(currentTarget) && press(action);
      this.#buttons[action] = button(label, { "data-action": action, title, tabindex: "-1" }, pressed);
    }
    this.#tools = make("div", { class: "play-toolbar", role: "toolbar", "aria-label": "Exercise", hidden: "" });
    this.#tools.append(...Object.values(this.#buttons));
    this.#tools.addEventListener("keydown", (event) => this.#key(event));
    // Tab comes back to the button that was used last.
    this.#tools.addEventListener("focusin", ({ target }) => this.#enter(target));
    this.#buttons.edit.tabIndex = 0;
    this.element = make(
      "div",
      { class: "play-bar" },
      this.#tools,
      make("div", { class: "play-says" }, this.#status, this.#clock, this.#state),
    );
  }

  // Shows the buttons, once there is a server for them.
  open() {
    this.#tools.hidden = false;
  }

  enable(actions) {
    for (const [action, element] of Object.entries(this.#buttons)) enable(element, actions.includes(action));
  }

  // Whether the button is there at all.
  show(action, isShown) {
    const element = this.#buttons[action];
    element.hidden = !isShown;
    // Tab would pass by a toolbar whose only way in is hidden.
    if (!isShown && element.tabIndex === 0) this.#enter(this.#buttons.edit);
  }

  focus(action) {
    this.#buttons[action].focus();
  }

  // `sentence` is read out when it is another one; it may have a link in it.
  say(sentence) {
    if (this.#status.textContent !== [sentence].flat().map((part) => part.textContent ?? part).join("")) {
      this.#status.replaceChildren(...[sentence].flat());
    }
  }

  set clock(text) {
    this.#clock.textContent = text;
  }

  set state(text) {
    this.#state.textContent = text;
  }

  #key(event) {
    const shown = Object.values(this.#buttons).filter(({ hidden }) => !hidden);
    const here = shown.indexOf(event.target);
    const next = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: -1 }[event.key];
    if (here < 0 || next === undefined) return;
    event.preventDefault();
    shown.at(next % shown.length).focus();
  }

  #enter(target) {
    for (const element of Object.values(this.#buttons)) element.tabIndex = element === target ? 0 : -1;
  }
}
