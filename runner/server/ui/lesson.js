// A lesson's block in a page: the code in it, the toolbar, and what was found. The server says what is so, by its
// stream; here it is shown, and the learner's wishes are sent.

import { ask, follow } from "./api.js";
import { Bar } from "./bar.js";
import { Code } from "./code.js";
import { make } from "./dom.js";
import { Draft } from "./draft.js";
import { Notices } from "./notices.js";
import { watchEdition } from "./reload.js";

const STATES = { pending: "as shipped", edited: "edited", done: "done", changed: "changed since it passed" };

const NO_KEY =
  "This server was started again (or the address came without its key): " +
  "open the address that it printed in the terminal.";
const NO_SERVER = "The server does not answer; trying again.";

export class Lesson {
  #id;
  #section;
  #code;
  #bar = new Bar((action) => this.#press(action));
  #notices = new Notices();
  #result = make("div", { class: "play-result" });
  #draft;
  #edition;
  // What the server has said of the lesson, and of its file.
  #hello = null;
  #key;
  #file = null;
  // Why there is no stream, as a sentence; null while there is one.
  #lost = "Asking the server about this lesson.";
  #run = null;
  // Whether what comes is a run that is shown already.
  #isRepeated = false;
  #isStarting = false;
  #busy = null;

  constructor(section) {
    this.#id = section.dataset.lesson;
    this.#section = section;
    const block = section.querySelector(".lesson-code");
    this.#code = new Code(block);
    this.#draft = new Draft(this.#id, this.#code, {
      clash: (mine, theirs) => this.#clash(mine, theirs),
      settled: () => this.#notices.clear("clash"),
      saved: () => this.#saved(),
      trouble: (sentence) => this.#trouble(sentence),
    });
    const desk = make("div", { class: "play-desk" });
    block.replaceWith(desk);
    desk.append(block, this.#bar.element);
    desk.after(this.#notices.element, this.#result);
    this.#edition = watchEdition(() => this.#bookChanged());
    this.#listenToReader();
    this.#render();
    setInterval(() => this.#tick(), 100);
    follow(this.#id, {
      opens: () => this.#draft.listenAnew(),
      line: (line, key) => this.#line(line, key),
      lost: (answer) => this.#lose(answer),
    });
  }

  #listenToReader() {
    // mdBook turns pages at an arrow, and searches at an "s".
    this.#section.addEventListener("keydown", (event) => event.stopPropagation());
    window.addEventListener("pagehide", () => this.#draft.leave(this.#lost !== null));
    document.addEventListener("visibilitychange", () => document.hidden && this.#draft.flush());
    for (const { level, element } of this.#hints()) {
      // Also where it is opened by hand.
      element.addEventListener("toggle", () => this.#hintOpened(level, element));
    }
  }

  // What the server says.

  async #line({ type, ...line }, key) {
    const on = {
      hello: () => this.#greet(line, key),
      file: () => this.#fileIs(line),
      idle: () => this.#forget(),
      run: () => this.#begin(line),
      event: () => this.#isRepeated || this.#run?.event(line.event),
      ended: () => this.#end(line),
      busy: () => (this.#busy = line.lesson),
      edition: () => this.#editionIs(line.edition),
    };
    await on[type]?.();
    this.#render();
  }

  #greet(hello, key) {
    if (this.#hello && key !== this.#key) this.#serverChanged(hello.edition);
    this.#key = key;
    this.#hello = hello;
    this.#lost = null;
    this.#busy = null;
    this.#notices.clear("trouble");
    this.#bar.open();
    this.#code.allow({
      language: hello.language,
      label: `The exercise, ${hello.file}`,
      keys: { "Mod-Enter": () => this.#press("check"), "Shift-Mod-Enter": () => this.#press("run") },
      changed: () => this.#changed(),
      trouble: (sentence) => this.#trouble(sentence),
    });
    this.#editionIs(hello.edition);
  }

  // Each start of a server has a key of its own, and counts its runs and editions from 1.
  #serverChanged(edition) {
    if (this.#run) this.#run.number = null;
    this.#edition = edition;
    this.#bookChanged("The server was started again, maybe with another book.");
  }

  #fileIs(file) {
    this.#file = file;
    if (file.problem) this.#notices.say("file", file.problem);
    else this.#notices.clear("file");
    if (file.state !== "done") this.#notices.clear("diff");
    this.#draft.disk(file);
  }

  // The server knows of no run. One that has ended here stays to be read.
  #forget() {
    if (this.#run && !this.#run.isOver) this.#show(null);
    else if (this.#run) this.#run.number = null;
  }

  async #begin(line) {
    this.#isRepeated = this.#run?.isOver === true && this.#run.number === line.run;
    if (this.#isRepeated) return;
    // Most pages that are read see no run.
    const { Run } = await import("./run.js");
    this.#show(new Run(line, { ...this.#hello, goTo: (number) => this.#code.select(number) }));
  }

  #show(run) {
    this.#run = run;
    this.#result.replaceChildren(...(run ? [run.element] : []));
    this.#code.mark([]);
  }

  #end(line) {
    if (this.#isRepeated) return;
    this.#run?.ended(line);
    if (this.#run && this.#isCurrent()) this.#code.mark(this.#run.diagnostics);
  }

  // A run is about one text; it may not be the one in the page any more.
  #isCurrent() {
    return this.#run.sha256 === null || this.#run.sha256 === this.#draft.sha256;
  }

  #editionIs(edition) {
    this.#edition ??= edition;
    if (edition !== this.#edition) this.#bookChanged();
    this.#edition = edition;
  }

  #lose(answer) {
    if (answer?.status === 401) this.#lost = NO_KEY;
    else this.#lost = answer ? answer.error : NO_SERVER;
    this.#render();
  }

  // What the reader wants.

  #press(action) {
    const does = {
      edit: () => this.#code.edit(),
      stop: () => this.#stop(),
      hint: () => this.#hint(),
      reset: () => this.#askToReset(),
      diff: () => this.#diff(),
    };
    if (this.#can().includes(action)) (does[action] ?? (() => this.#start(action)))();
  }

  async #start(action) {
    this.#isStarting = true;
    this.#notices.clear("trouble");
    this.#notices.clear("done");
    this.#render();
    if (await this.#draft.flush()) await this.#do({ action });
    else if (this.#draft.isInConflict) this.#trouble("First say which of the two texts is to stay.");
    this.#isStarting = false;
    this.#render();
  }

  // Asks the server, and shows why if it does not.
  async #do(request) {
    const answer = await ask({ lesson: this.#id, ...request });
    if (answer.error) this.#trouble(answer.error);
    return answer;
  }

  #stop() {
    this.#do({ action: "stop", run: this.#run.number });
  }

  #hints() {
    const hints = [...this.#section.querySelectorAll("details")].map((element) => {
      return { element, level: Number(/^Hint (\d+)$/.exec(element.querySelector("summary")?.textContent)?.[1]) };
    });
    return hints.filter(({ level }) => level > 0);
  }

  #nextHint() {
    return this.#hints().find(({ element }) => !element.open);
  }

  #hint() {
    const { element } = this.#nextHint();
    element.open = true;
    element.querySelector("summary").focus();
    element.scrollIntoView({ block: "nearest" });
  }

  #hintOpened(level, element) {
    if (element.open && !this.#lost) this.#do({ action: "hint", level });
    this.#render();
  }

  #askToReset() {
    const question = "Put the exercise back to how it was shipped? Your version goes to backups/.";
    const close = () => {
      this.#notices.clear("reset");
      this.#bar.focus("reset");
    };
    const reset = async () => {
      close();
      if (!(await this.#draft.flush())) {
        this.#trouble("The text of this page is not on the disk yet.");
        return;
      }
      const { error, backup } = await this.#do({ action: "reset" });
      const yours = backup ? `. Yours is in ${backup}.` : ": there was nothing to keep.";
      if (!error) this.#done(`It is as it was shipped${yours}`);
    };
    this.#notices.ask("reset", question, [["Put it back", reset], ["Leave it", close]], true);
  }

  async #diff() {
    const { error, diff } = await this.#do({ action: "diff" });
    if (error) return;
    if (!diff) {
      this.#done("Your exercise is the solution, word for word.");
      return;
    }
    const { compare } = await import("./diff.js");
    this.#notices.put("diff", compare(diff, () => this.#notices.clear("diff")));
  }

  // What happens to the text.

  #changed() {
    this.#draft.changed();
    this.#render();
  }

  #saved() {
    this.#notices.clear("trouble");
    this.#render();
  }

  async #clash(mine, theirs) {
    const { choose } = await import("./clash.js");
    // It may be settled by now.
    if (!this.#draft.isInConflict) return;
    choose(this.#notices, this.#draft, {
      mine,
      theirs: theirs ?? this.#file.problem ?? "This page can't show what is there.",
      language: this.#hello.language,
      settled: () => {
        // The button with the focus is gone; without one the keys would be mdBook's.
        this.#code.edit();
        this.#render();
      },
    });
    this.#render();
  }

  // When the book has changed: what the reader is in the middle of is not cut off.
  #bookChanged(sentence = "The book has changed.") {
    // Of a run that the server does not know, a page that is loaded again shows nothing.
    const isToRead = this.#isUnderWay || this.#run?.number === null;
    const isBusy = this.#draft.dirty || this.#code.hasFocus || isToRead || this.#isStarting;
    if (isBusy) this.#notices.ask("book", sentence, [["Reload", () => this.#reload()]], false);
    else this.#reload();
  }

  async #reload() {
    await this.#draft.flush();
    location.reload();
  }

  // What is shown.

  #trouble(sentence) {
    this.#notices.say("trouble", sentence);
  }

  #done(sentence) {
    this.#notices.say("done", sentence);
  }

  get #isUnderWay() {
    return this.#run !== null && !this.#run.isOver;
  }

  // The actions that make sense now.
  #can() {
    if (!this.#hello) return [];
    if (this.#lost) return ["edit"];
    const runs = this.#isUnderWay ? ["stop"] : this.#isStarting ? [] : ["run", "check", "guard", "why"];
    const hint = this.#nextHint() ? ["hint"] : [];
    const diff = this.#file?.state === "done" ? ["diff"] : [];
    return ["edit", ...runs, ...hint, "reset", ...diff];
  }

  #render() {
    this.#bar.enable(this.#can());
    this.#bar.show("diff", this.#file?.state === "done");
    this.#bar.say(this.#sentence());
    this.#bar.state = this.#state();
    this.#run?.setOlder(!this.#isCurrent());
    this.#tick();
  }

  #sentence() {
    if (this.#lost) return this.#lost;
    if (this.#busy && !this.#isUnderWay) return ["Another lesson is running: ", linkTo(this.#busy), "."];
    return this.#run?.sentence ?? "Ready";
  }

  #state() {
    if (!this.#hello) return "";
    const saved = this.#draft.dirty ? ", not saved yet" : "";
    return `${STATES[this.#file?.state] ?? ""}${saved}`;
  }

  #tick() {
    const run = this.#run;
    const detail = run?.detail ? ` (${run.detail})` : "";
    this.#bar.clock = run && !this.#lost && !(this.#busy && run.isOver) ? `${run.seconds} s${detail}` : "";
  }
}

// A lesson is in the page that has its name, if the table of contents has that.
function linkTo(lesson) {
  const pages = [...document.querySelectorAll("#mdbook-sidebar a")];
  const page = pages.find(({ pathname }) => pathname?.endsWith(`/${lesson}.html`));
  return page ? make("a", { href: page.href }, lesson) : lesson;
}
