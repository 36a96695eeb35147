// Waits until the exact counters stand still.
//
// gc() by itself runs no Node-API finalizer: they run on a later turn of the event loop. The second
// gc() of a turn waits for the sweeper of array buffers. A chain of native references goes one link
// a turn, so the number of turns is found, not fixed.

import { setImmediate } from "node:timers";
import { EXACT } from "./gauges.mjs";

const MOST_TURNS = 100;
const STILL = 2;

export async function settle(gc, gauges, tracked, threads) {
  let before = state(gauges, tracked);
  let still = 0;
  for (let turns = 1; turns <= MOST_TURNS; turns++) {
    await new Promise(setImmediate);
    gc();
    gc();
    await new Promise(setImmediate);
    // What a thread is about to free is seen in this turn or in the next one.
    await threads.rest();
    const now = state(gauges, tracked);
    still = now === before ? still + 1 : 0;
    // The turns that only confirmed the standstill are not part of the way there.
    if (still === STILL) {
      // On a turn in which nothing was collected, no handle of the collection is left.
      await new Promise(setImmediate);
      return { turns: turns - STILL, settled: true };
    }
    before = now;
  }
  return { turns: MOST_TURNS, settled: false };
}

function state(gauges, tracked) {
  const counters = gauges.read();
  return [...EXACT.map((name) => counters[name]), tracked.alive()].join();
}
