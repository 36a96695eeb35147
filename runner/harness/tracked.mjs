// The objects of which a lesson says that they have to be collected.
//
// A WeakSet does not keep them, not even through a scavenge, as a WeakRef and a FinalizationRegistry do on
// Node 20. A new WeakRef also keeps its object until the job ends, and the gc() after the work is in that
// job. That a WeakSet can't be asked for its size is by design of the language. Node shows what is in it to
// people who debug, and that is how it is read here.

import { inspect } from "node:util";

// Taken before an add-on is loaded, which may change what is global.
const show = inspect;

export class Tracked {
  // What a heap snapshot finds them by.
  objects = new WeakSet();
  #tracked = 0;
  #known = knowsSizes();

  add(object) {
    if (!this.objects.has(object)) this.#tracked += 1;
    this.objects.add(object);
  }

  // Gauges beside the probe's. Where Node does not show what a WeakSet has, nobody knows how many are alive.
  read() {
    const tracked = { "objects.tracked": this.#tracked };
    return this.#known ? { ...tracked, "objects.alive": this.alive() } : tracked;
  }

  // How many were not collected yet.
  alive() {
    return this.#tracked === 0 ? 0 : sizeOf(this.objects);
  }
}

// Whether this Node shows a WeakSet as it is read below.
function knowsSizes() {
  const objects = [{}, {}, {}];
  const sizes = [0, 1, 3].map((size) => size === sizeOf(new WeakSet(objects.slice(0, size))));
  // They have to be there until here.
  return sizes.length === objects.length && sizes.every((known) => known);
}

function sizeOf(weakSet) {
  const options = { showHidden: true, maxArrayLength: 0, compact: 3, breakLength: Infinity, numericSeparator: false };
  const text = show(weakSet, options);
  if (text === "WeakSet {  }") return 0;
  return Number(/^WeakSet \{ \.\.\. (\d+) more items? \}$/.exec(text)?.[1]);
}
