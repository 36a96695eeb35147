// Reads the table that the probe keeps in a shared file, and Node's own numbers.
//
// The table describes itself: 8 bytes of magic, the number of records, the owner's process id, then
// records of a 24-byte name and a 64-bit value. See runner/probe/src/counters.rs.

import { openSync, readSync, writeSync } from "node:fs";
import { endianness } from "node:os";
import { BLIND, NO_PROBE, Refusal } from "./refusal.mjs";

const MAGIC = "AFTERGC1";
const HEADER = 16;
const NAME = 24;
const RECORD = NAME + 8;
// Taken before an add-on is loaded, which may change what is global.
const { memoryUsage } = process;
const little = endianness() === "LE";

// Each peak starts again at the gauge that it belongs to.
const PEAKS = {
  "bytes.peak": "bytes.live",
  "handles.peak": "handles.live",
  "tsfn.queued.peak": "tsfn.queued",
  "external.peak": "external.net",
};

// What stands still when an add-on has settled.
export const EXACT = [
  "blocks.live", "bytes.live", "references.created", "references.deleted", "finalizers.run",
  "external.net", "tsfn.finalized", "tsfn.queued", "works.deleted", "deferreds.settled",
];

export class Gauges {
  #file;
  #table;
  #names = [];
  #offsets = [];
  // The values that were given last.
  #last = [];
  #look;
  // Of the add-on's strong references: a site and an object, in turn.
  references;

  constructor(path) {
    this.#file = openSync(path, "r+");
    const header = Buffer.alloc(HEADER);
    readSync(this.#file, header, 0, HEADER, 0);
    if (header.toString("latin1", 0, 8) !== MAGIC) {
      throw new Refusal(NO_PROBE);
    }
    const records = little ? header.readUInt32LE(8) : header.readUInt32BE(8);
    this.#table = Buffer.alloc(HEADER + records * RECORD);
    readSync(this.#file, this.#table, 0, this.#table.length, 0);
    for (let at = HEADER; at < this.#table.length; at += RECORD) {
      const name = this.#table.toString("latin1", at, at + NAME).replace(/\0.*$/s, "");
      this.#names.push(name);
      this.#offsets.push(at + NAME);
    }
    // Left by the probe; see runner/probe/src/look.rs.
    this.#look = globalThis.__afterGcLook;
    this.references = globalThis.__afterGcReferences;
    if (!this.#look || !this.references) throw new Refusal(BLIND);
    delete globalThis.__afterGcLook;
    delete globalThis.__afterGcReferences;
  }

  // The probe's counters by name.
  read() {
    this.#refresh();
    const counters = {};
    for (let index = 0; index < this.#names.length; index++) {
      counters[this.#names[index]] = this.#last[index] = this.#value(index);
    }
    return counters;
  }

  // All gauges of this moment: the probe's, and Node's in bytes.
  sample() {
    this.#look();
    return { ...this.read(), ...ofNode() };
  }

  // The same of a moment inside the work, without the counters that stand as they did. What is made here is
  // garbage in V8's heap, and when V8 collects must be the work's doing.
  sampleChanges() {
    this.#look();
    this.#refresh();
    const changes = ofNode();
    for (let index = 0; index < this.#names.length; index++) {
      const value = this.#value(index);
      if (value !== this.#last[index]) changes[this.#names[index]] = this.#last[index] = value;
    }
    return changes;
  }

  resetPeaks() {
    this.#look();
    const now = this.read();
    for (const [peak, gauge] of Object.entries(PEAKS)) {
      const value = Buffer.alloc(8);
      if (little) value.writeBigInt64LE(BigInt(now[gauge]));
      else value.writeBigInt64BE(BigInt(now[gauge]));
      writeSync(this.#file, value, 0, 8, this.#offsets[this.#names.indexOf(peak)]);
    }
  }

  #refresh() {
    readSync(this.#file, this.#table, 0, this.#table.length, 0);
  }

  // A BigInt would be one more object for each.
  #value(index) {
    const at = this.#offsets[index];
    return little
      ? this.#table.readInt32LE(at + 4) * 2 ** 32 + this.#table.readUInt32LE(at)
      : this.#table.readInt32BE(at) * 2 ** 32 + this.#table.readUInt32BE(at + 4);
  }
}

function ofNode() {
  const { rss, heapUsed, external, arrayBuffers } = memoryUsage();
  return { rss, heapUsed, external, arrayBuffers };
}
