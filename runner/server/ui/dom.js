// Pieces of HTML. Text goes into them as text: what a program has printed, or a compiler has said, is no markup.

// An attribute that is a function is called at the event of that name.
export function make(tag, attributes, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...content);
  return element;
}

export function button(label, attributes, press) {
  return make("button", { type: "button", click: press, ...attributes }, label);
}

// Words in which code stands between backticks.
export function words(text) {
  return text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));
}

// A button that can't be used now keeps the focus that it may have.
export function enable(element, enabled) {
  element.setAttribute("aria-disabled", String(!enabled));
}

export const isEnabled = (element) => element.getAttribute("aria-disabled") !== "true";

// As highlight.js makes it of any code of the book.
export function paint(code, text) {
  code.textContent = text;
  window.hljs?.highlightBlock(code);
}
