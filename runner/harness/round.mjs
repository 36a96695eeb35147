// What a lesson's drive.mjs is given for one round of work.

import { Worker } from "node:worker_threads";

// Enough to draw a line of; more would only slow the work down.
const MOST_SAMPLES = 24;

export class Round {
  #plan;
  #write;
  #sample;
  #samples = 0;
  #tracked;

  constructor({ plan, index, write, sample, tracked, exercise }) {
    this.#plan = plan;
    this.#write = write;
    this.#sample = sample;
    this.#tracked = tracked;
    // Which round this is: 1 and up are measured. Work that depends on it differs from round to round.
    this.index = index;
    // How much work to do.
    this.size = plan.size;
    // What the learner's module exports, in a lesson in which they write JavaScript.
    this.exercise = exercise;
  }

  // Takes a sample inside the work. `done` of `size` is done; calls in between are skipped.
  sample(done) {
    const due = Math.ceil((this.size * (this.#samples + 1)) / MOST_SAMPLES);
    if (done < due) return;
    while (Math.ceil((this.size * (this.#samples + 1)) / MOST_SAMPLES) <= done) this.#samples += 1;
    this.#sample("inside");
  }

  // Records an answer of the add-on beside the right one. They are compared as JSON.
  answer(name, actual, expected) {
    // JSON has no undefined: without this the line would say nothing at all.
    this.#write({ at: "answer", name, actual: actual === undefined ? "undefined" : actual, expected });
  }

  // Says that this object has to be collected when the round's work is done, and gives it back. Tracking
  // does not keep it. How many of the measured rounds are left in the end is the metric `objects.kept`, and
  // a check of it that fails says who holds them.
  //
  //     const socket = t.track(new Socket());
  //
  track(object) {
    // The warm-up's are nobody's business: what is filled there once may stay.
    if (this.index >= 1) this.#tracked.add(object);
    return object;
  }

  // Runs `worker(addon, data)` of drive.mjs in a new worker thread that loads the add-on, waits until
  // the thread has ended, and returns what it returned.
  worker(data) {
    const { addon, drive } = this.#plan;
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: { addon, drive, data } });
    return new Promise((resolve, reject) => {
      let result;
      worker.on("message", (message) => (result = message));
      worker.on("error", reject);
      worker.on("exit", (code) => (code === 0 ? resolve(result) : reject(new Error(`the worker ended with ${code}`))));
    });
  }

  // The add-on once more in this thread, as a second module instance.
  async loadAgain() {
    const { load } = await import("./load.mjs");
    return load(this.#plan.addon);
  }
}
