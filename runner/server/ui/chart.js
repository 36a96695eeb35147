// The chart of one gauge at five moments, while it is measured. It looks as those that the book has of recorded runs
// (runner/preprocessor/src/chart.rs), with one bar for each moment.

import { make } from "./dom.js";

const MOMENTS = ["before", "inside", "return", "gc", "settled"];
const NAMES = { gc: "gc()" };
const WARM_UP = "warm-up";
const WIDTH = 360;
const START = 58;
const LONGEST = 210;
const BAR = 12;
const STEP = 24;
const TOP = 24;

export class Chart {
  element;
  #gauge;
  #bars = {};
  #caption;
  #desc;
  // By moment: { value, text }.
  #values = {};
  #round = null;
  #due = false;

  // `id` is the one of the drawing, `gauge` what the server says of the lesson's.
  constructor(id, title, gauge) {
    this.#gauge = gauge;
    const height = TOP + STEP * MOMENTS.length;
    this.#desc = draw("desc", { id: `${id}-desc` });
    this.#caption = make("figcaption", {});
    const svg = draw("svg", {
      class: "lesson-chart",
      id,
      role: "img",
      viewBox: `0 0 ${WIDTH} ${height}`,
      "aria-labelledby": `${id}-title`,
      "aria-describedby": `${id}-desc`,
    });
    svg.append(
      draw("title", { id: `${id}-title` }, `${title}: ${gauge.label} at five moments`),
      this.#desc,
      text(START, 12, gauge.label, "lesson-gauge"),
    );
    MOMENTS.forEach((moment, index) => svg.append(...this.#row(moment, TOP + STEP * index)));
    svg.append(draw("path", { class: "lesson-axis", d: `M${START} ${TOP}V${height - 4}`, stroke: "currentColor" }));
    this.element = make("figure", { class: "lesson-memory play-chart" }, svg, this.#caption);
    this.#draw();
  }

  #row(moment, top) {
    const bar = draw("rect", { class: "lesson-shipped", x: START, y: top, width: 0, height: BAR, fill: "currentColor" });
    const value = text(START + 4, top + 10, "");
    this.#bars[moment] = { bar, value };
    return [text(0, top + 10, NAMES[moment] ?? moment), bar, value];
  }

  // One sample. Those of a new round take the place of the round before.
  sample({ round, moment, value, text }) {
    if (round !== this.#round) this.#values = {};
    this.#round = round;
    const known = this.#values[moment];
    const higher = moment !== "inside" || !known || value >= known.value;
    if (higher) this.#values[moment] = { value, text };
    this.#caption.textContent = round < 1 ? WARM_UP : `round ${round}`;
    this.#later();
  }

  // The row of the table is what counts, once it is there.
  finish(row, cells) {
    const shown = MOMENTS.map((moment, index) => [moment, { value: row[moment], text: cells[index] }]);
    this.#values = Object.fromEntries(shown.filter(([, { value }]) => value !== null));
    this.#caption.textContent = "";
    this.#draw();
  }

  // Whether it shows what does not count.
  get isOfWarmUp() {
    return this.#caption.textContent === WARM_UP;
  }

  // Samples come faster than a screen shows them.
  #later() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#draw();
    });
  }

  #draw() {
    const scale = Math.max(0, ...Object.values(this.#values).map(({ value }) => value));
    for (const moment of MOMENTS) {
      const { bar, value } = this.#bars[moment];
      const shown = this.#values[moment];
      const length = shown ? Math.max(scale > 0 ? (Math.max(shown.value, 0) / scale) * LONGEST : 0, 1) : 0;
      bar.setAttribute("width", length.toFixed(1));
      value.setAttribute("x", (START + length + 5).toFixed(1));
      value.textContent = shown ? unbroken(shown.text) : "not reached";
    }
    this.#desc.textContent = `${this.#gauge.label}: ${MOMENTS.map((moment) => this.#course(moment)).join(", ")}.`;
  }

  #course(moment) {
    return `${NAMES[moment] ?? moment} ${this.#values[moment]?.text ?? "not reached"}`;
  }
}

const unbroken = (number) => number.replaceAll(" ", "\u00a0");

function draw(tag, attributes, content = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = content;
  return element;
}

function text(x, y, content, name = "") {
  return draw("text", { x, y, fill: "currentColor", ...(name && { class: name }) }, content);
}
