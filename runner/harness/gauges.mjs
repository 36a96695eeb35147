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
  #offsets = new Map();
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
      this.#offsets.set(name, at + NAME);
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
    readSync(this.#file, this.#table, 0, this.#table.length, 0);
    const counters = {};
    for (const [name, at] of this.#offsets) {
      counters[name] = Number(little ? this.#table.readBigInt64LE(at) : this.#table.readBigInt64BE(at));
    }
    return counters;
  }

  // All gauges of this moment: the probe's, and Node's in bytes.
  sample() {
    this.#look();
    const { rss, heapUsed, external, arrayBuffers } = memoryUsage();
    return { ...this.read(), rss, heapUsed, external, arrayBuffers };
  }

  resetPeaks() {
    this.#look();
    const now = this.read();
    for (const [peak, gauge] of Object.entries(PEAKS)) {
      const value = Buffer.alloc(8);
      if (little) value.writeBigInt64LE(BigInt(now[gauge]));
      else value.writeBigInt64BE(BigInt(now[gauge]));
      writeSync(this.#file, value, 0, 8, this.#offsets.get(peak));
    }
  }
}
