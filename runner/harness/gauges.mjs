// Reads what the probe counts, and Node's own numbers.

import { constants } from "node:os";
import { NO_PROBE, Refusal } from "./refusal.mjs";

// Taken before an add-on is loaded, which may change what is global.
const { memoryUsage } = process;

// What stands still when an add-on has settled.
export const EXACT = [
  "blocks.live", "bytes.live", "maps.live", "threads.ended", "references.created", "references.deleted",
  "finalizers.run", "external.net", "tsfn.finalized", "tsfn.queued", "works.deleted", "deferreds.settled",
];

// The probe's own functions. It is in this process already, preloaded: loading it once more as an add-on gives
// functions that no other add-on can reach. See runner/probe/src/exports.rs.
export function loadProbe(path) {
  const instance = { exports: {} };
  process.dlopen(instance, path, constants.dlopen.RTLD_NOW);
  if (!instance.exports.read) throw new Refusal(NO_PROBE);
  return instance.exports;
}

export class Gauges {
  #probe;
  #names;
  #values;
  // The values that were given last.
  #last;

  constructor(probe) {
    this.#probe = probe;
    this.#names = [...probe.names];
    this.#values = new Float64Array(this.#names.length);
    this.#last = new Float64Array(this.#names.length);
  }

  // The probe's counters by name.
  read() {
    this.#probe.read(this.#values);
    const counters = {};
    for (let index = 0; index < this.#names.length; index++) {
      counters[this.#names[index]] = this.#last[index] = this.#values[index];
    }
    return counters;
  }

  // All gauges of this moment: the probe's, and Node's in bytes.
  sample() {
    return { ...this.read(), ...ofNode() };
  }

  // The same of a moment inside the work, without the counters that stand as they did. What is made here is
  // garbage in V8's heap, and when V8 collects must be the work's doing.
  sampleChanges() {
    this.#probe.read(this.#values);
    const changes = ofNode();
    for (let index = 0; index < this.#names.length; index++) {
      const value = this.#values[index];
      if (value !== this.#last[index]) changes[this.#names[index]] = this.#last[index] = value;
    }
    return changes;
  }
}

function ofNode() {
  const { rss, heapUsed, external, arrayBuffers } = memoryUsage();
  return { rss, heapUsed, external, arrayBuffers };
}
