// The threads that were started since this was made, which are those of the add-on and what it uses.
//
// On a busy machine a thread may have no core for longer than the main thread needs for two turns of the event
// loop. What it was about to free would count as kept.

import { readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers";

const TASKS = "/proc/self/task";
// What all waits of a run may take together: a thread that computes without end must not slow it down.
const MOST_MS = 1000;
// Taken before an add-on is loaded, which may change what is global.
const now = performance.now.bind(performance);

export class Threads {
  #others = new Set(readdirSync(TASKS));
  #leftMs = MOST_MS;

  // Waits until none of them runs, is ready to run, or waits for a disk. One that waits for anything else is not
  // waited for: it may do so for good.
  async rest() {
    while (this.#leftMs > 0 && this.#areAtWork()) {
      const begun = now();
      await new Promise((resolve) => setTimeout(resolve, 1));
      this.#leftMs -= now() - begun;
    }
  }

  #areAtWork() {
    return readdirSync(TASKS).some((thread) => !this.#others.has(thread) && isAtWork(thread));
  }
}

function isAtWork(thread) {
  try {
    // The name before the state may itself have brackets.
    return /^.*\) [RD]/s.test(readFileSync(`${TASKS}/${thread}/stat`, "latin1"));
  } catch {
    // It has ended.
    return false;
  }
}
