// What a check has found, in the words of `lesson check`. What the terminal puts into columns is a list of terms here.

import { button, make, words } from "./dom.js";

const MARKS = { passed: "ok", failed: "FAIL", undecided: "?" };

// The checks, in their order. What is known of one is shown where it `decides` the verdict. `file` is the learner's,
// and `goTo` shows a line of it.
export function checkItems(checks, decides, { file, goTo }) {
  // Two checks may be about one line; its text is shown once.
  const context = { file, goTo, shown: new Set() };
  return checks.map((check) => checkItem(check, decides(check), context));
}

function checkItem(check, decides, context) {
  const mark = make("span", { class: "play-mark" }, MARKS[check.verdict]);
  const name = make("p", { class: "play-name" }, mark, " ", ...words(check.name));
  const item = make("li", { "data-verdict": check.verdict }, name);
  if (decides) item.append(details(check, context));
  return item;
}

function details(check, context) {
  const list = make("dl", {});
  const add = (term, ...content) => list.append(make("dt", {}, term), make("dd", {}, ...content));
  add("expected", check.expected);
  add("measured", check.measured);
  if (check.held.length > 0) add("held by", ...said(check.held));
  check.places.forEach((place) => add("where", ...placeOf(place, context)));
  if (check.fault) addFault(add, check.fault, context);
  // What was printed may be long, and has its lines.
  if (check.evidence.length > 0) add("evidence", make("pre", { class: "play-output" }, check.evidence.join("\n")));
  if (check.because) add("why", ...words(check.because));
  return list;
}

function placeOf({ at, says, source, source_from: from }, context) {
  const parts = [lineOf(at, context), ...said(says)];
  if (!context.shown.has(at.line)) parts.push(sourceOf(source, from, at.line));
  context.shown.add(at.line);
  return parts;
}

function addFault(add, fault, context) {
  add("fault", fault.says);
  for (const term of ["allocated", "freed", "touched"]) {
    const scene = fault[term];
    if (!scene) continue;
    const { at, says, source } = scene;
    const where = at ? [lineOf(at, context), ...said(says), sourceOf([source], at.line, at.line)] : said(says);
    add(term, ...where);
  }
}

const said = (lines) => lines.map((line) => make("p", {}, ...words(line)));

// A line of the learner's file can be gone to.
function lineOf({ file, line }, context) {
  const name = `${file}:${line}`;
  if (file !== context.file) return make("p", { class: "play-line" }, make("code", {}, name));
  const attributes = { class: "play-line", title: "Select this line in the editor", "data-line": line };
  return button(name, attributes, () => context.goTo(line));
}

function sourceOf(lines, from, marked) {
  const rows = lines.map((line, index) => {
    const number = make("span", { class: "play-number" }, String(from + index).padStart(5));
    return make(from + index === marked ? "mark" : "span", { class: "play-row" }, number, ` ${line}\n`);
  });
  return make("pre", { class: "play-source" }, make("code", { class: "hljs" }, ...rows));
}

// The table of moments, as `lesson run` has it.
export function tableOf({ table, about, sentence }) {
  const moments = ["before", "inside", "return", "gc()", "settled"].map((name) => make("th", { scope: "col" }, name));
  const head = make("tr", {}, make("td", {}), ...moments);
  const rows = table.map(({ label, cells, story }) => {
    const name = make("th", { scope: "row" }, label);
    return make("tr", story ? { class: "play-story" } : {}, name, ...cells.map((cell) => make("td", {}, cell)));
  });
  return {
    sentence: make("p", { class: "play-sentence" }, ...words(sentence)),
    numbers: make(
      "details",
      { class: "play-table" },
      make("summary", {}, "All gauges"),
      make("div", { class: "table-wrapper" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))),
      ...about.map((line) => make("p", {}, line)),
    ),
  };
}
