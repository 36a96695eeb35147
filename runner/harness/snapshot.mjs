// Writes a heap snapshot from which the runner reads who holds what is left.
//
// An object of the harness marks what to look for, by a name that is nobody else's. It has a WeakSet of the
// tracked objects, so that those which are alive are known by their identity, and for each call site of the
// add-on an array of the objects that strong references from there hold. See runner/src/heap.rs.

import { writeHeapSnapshot } from "node:v8";

// Taken before an add-on is loaded, which may change what is global.
const write = writeHeapSnapshot;
const { memoryUsage } = process;

// What Node needs for a snapshot, measured on Node 20 and 26: 14 bytes for each byte of its heap, and 90 ms
// for each megabyte.
const LARGEST = 32 << 20;
const ROOM = 20;

class AfterGcMark {
  constructor(objects, references) {
    this.objects = objects;
    this.references = references;
  }
}

// It has to be there until the snapshot is written.
let mark;

// Answers why there is no snapshot, or null. `budget` is the bytes that the process may have.
export function writeSnapshot(path, tracked, references, budget) {
  const { rss, heapUsed } = memoryUsage();
  if (heapUsed > LARGEST || rss + ROOM * heapUsed > budget) return "the heap is too large for a snapshot of it";
  try {
    mark = new AfterGcMark(tracked.objects, bySite(references()));
    write(path);
    return null;
  } catch (error) {
    return `the heap snapshot could not be written: ${error.message}`;
  } finally {
    mark = null;
  }
}

// `list` has a site and an object, in turn.
function bySite(list) {
  const sites = {};
  for (let at = 0; at < list.length; at += 2) (sites[`site ${list[at]}`] ??= []).push(list[at + 1]);
  return sites;
}
