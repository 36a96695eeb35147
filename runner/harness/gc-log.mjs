// Counts V8's collections and their pauses.

import { constants, performance, PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers";

const COLLECTIONS = [constants.NODE_PERFORMANCE_GC_MAJOR, constants.NODE_PERFORMANCE_GC_MINOR];

export class GcLog {
  #observer;
  #totals = empty();
  #end = Infinity;

  constructor() {
    this.#observer = new PerformanceObserver((list) => this.#add(list.getEntries()));
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  // Collections that begin after this are not counted, until the next `collect()`.
  stop() {
    this.#end = performance.now();
  }

  // What was counted since the last call. Entries are delivered on a later turn, so this waits.
  async collect() {
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    this.#add(this.#observer.takeRecords());
    const totals = this.#totals;
    this.#totals = empty();
    this.#end = Infinity;
    return totals;
  }

  #add(entries) {
    for (const { startTime, duration, detail } of entries) {
      if (startTime >= this.#end) continue;
      this.#totals.pause_ms += duration;
      // A step of marking, and a weak callback, are pauses of a collection and not another one.
      if (!COLLECTIONS.includes(detail.kind)) continue;
      this.#totals.collections += 1;
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) this.#totals.major += 1;
      if (detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) this.#totals.forced += 1;
    }
  }
}

function empty() {
  return { collections: 0, major: 0, forced: 0, pause_ms: 0 };
}
