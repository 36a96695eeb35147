// One run, from its first event to its last: under way, measured, and graded.

import { Chart } from "./chart.js";
import { make } from "./dom.js";
import { checkItems, tableOf } from "./verdict.js";

const NAMES = { run: "Run", check: "Check", guard: "Guard", why: "Why" };

// What the run does at the moment. Only these are read out, not the seconds and counts beside them.
const PHASES = {
  waiting: "waiting for another `lesson` that is compiling",
  fetching: "downloading the lessons’ crates, first time only",
  compiling: "compiling",
  running: "running",
};

export class Run {
  element;
  number;
  action;
  isOver = false;
  // The hash of the text that it is about.
  sha256 = null;
  // What is said of it, and what besides.
  sentence;
  detail = "";
  // What the compiler says, at its places.
  diagnostics = [];
  #started;
  #took = null;
  #context;
  #chart;
  #verdict = make("p", { class: "play-verdict", hidden: "" });
  #older = make("p", { class: "play-older", hidden: "" }, "This is of an older version of the exercise.");
  #checks = make("ol", { class: "play-checks" });
  #memory = make("div", { class: "play-memory" });
  #texts = make("div", { class: "play-texts" });

  // `context` has the `lesson`, its `file`, `title` and `gauge`, and `goTo`, which shows a line of the file.
  constructor({ run, action, elapsed_ms }, context) {
    this.number = run;
    this.action = action;
    this.sentence = `${NAMES[action]}: beginning`;
    this.#started = performance.now() - elapsed_ms;
    this.#context = context;
    this.#chart = new Chart("play-chart", context.title, context.gauge);
    const found = [this.#verdict, this.#older, this.#checks, this.#texts];
    const measured = [this.#chart.element, this.#memory];
    this.#chart.element.hidden = true;
    // Who asks for a verdict sees it first, and who asks for the memory sees that first.
    const parts = action === "run" ? [...measured, ...found] : [...found, ...measured];
    const name = `${NAMES[action]}: what was found`;
    this.element = make("div", { class: "play-run", role: "region", "aria-label": name }, ...parts);
  }

  get seconds() {
    return ((this.#took ?? performance.now() - this.#started) / 1000).toFixed(1);
  }

  // Marks it as one of another text than the page has.
  setOlder(isOlder) {
    this.#older.hidden = !isOlder || this.sha256 === null;
  }

  event(event) {
    this[`on_${event.event}`]?.(event);
  }

  ended({ how, elapsed_ms }) {
    this.isOver = true;
    this.#took = elapsed_ms;
    this.detail = "";
    if (how === "stopped") this.sentence = `${NAMES[this.action]}: stopped`;
    if (how === "stopped" || this.#chart.isOfWarmUp) this.#chart.element.hidden = true;
  }

  on_source({ sha256 }) {
    this.sha256 = sha256;
  }

  on_phase({ phase }) {
    this.sentence = `${NAMES[this.action]}: ${PHASES[phase] ?? phase}`;
    this.detail = "";
  }

  on_built({ package: name, count }) {
    const isFirst = count === 1 && !this.#context.lesson.replace("/", "-").startsWith(name);
    if (isFirst) this.sentence = `${NAMES[this.action]}: building napi for the lessons, first time only`;
    this.detail = `${count} ${count === 1 ? "crate" : "crates"}, last ${name}`;
  }

  on_node({ version }) {
    this.detail = `Node ${version}`;
  }

  on_sample(sample) {
    if (sample.value === null) return;
    this.#chart.element.hidden = false;
    this.#chart.sample(sample);
  }

  on_memory(memory) {
    const row = memory.rows.find(({ gauge }) => gauge === memory.gauge);
    const story = memory.table.find(({ story }) => story);
    // A run that did not come to its first measured round has nothing to show.
    if (!row || !story || row.before === null) return;
    this.#chart.element.hidden = false;
    this.#chart.finish(row, story.cells);
    const { sentence, numbers } = tableOf(memory);
    this.#memory.replaceChildren(sentence, numbers);
  }

  on_check(check) {
    const isBad = ({ verdict }) => verdict !== "passed";
    if (this.action !== "run") this.#checks.append(...checkItems([check], isBad, this.#context));
  }

  on_verdict({ outcome, node, compile_error: rejected, diagnostics, printed, guard, held }) {
    const { verdict } = outcome;
    // What could not be measured any more says nothing beside the check that failed.
    const decides = (check) => check.verdict === verdict && verdict !== "passed";
    const checks = rejected ? [] : this.#toShow(outcome.checks);
    this.#checks.replaceChildren(...checkItems(checks, decides, this.#context));
    this.diagnostics = diagnostics ?? [];
    if (rejected) {
      this.#say(verdict, ", it does not compile");
      this.#show(rejected.trimEnd());
    } else if (this.action === "run" && checks.length === 0) {
      this.sentence = "Run: measured";
    } else {
      const reason = checks.find(decides)?.name;
      this.#say(verdict, reason ? ` “${reason}”` : "");
      if (node) this.#verdict.append(` with Node ${node}`);
    }
    // The checks may have said it already.
    const isHeldShown = checks.some((check) => decides(check) && check.held.length > 0);
    [guard, isHeldShown ? "" : held, printed].filter(Boolean).forEach((text) => this.#show(text.trim()));
  }

  on_error({ message }) {
    this.#say("no verdict", "");
    this.#show(message);
  }

  // To run is to look at the memory. How the run ended is the first check, and the only one to know of then, unless
  // it ended well.
  #toShow(checks) {
    return this.action === "run" ? checks.slice(0, 1).filter(({ verdict }) => verdict !== "passed") : checks;
  }

  #say(verdict, because) {
    this.sentence = `${NAMES[this.action]}: ${verdict}${because}`;
    this.#verdict.replaceChildren(make("strong", {}, verdict));
    this.#verdict.dataset.verdict = verdict;
    this.#verdict.hidden = false;
  }

  #show(text) {
    this.#texts.append(make("pre", { class: "play-output" }, text));
  }
}
