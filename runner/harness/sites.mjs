// Reads what is there of each call site, from the file that the probe keeps in runs that want it.
//
// The file describes itself. After 8 bytes of magic come six numbers of 32 bits: columns, callers, sites,
// frames, the owner's process id, and the length of a text. Then the columns' names of 16 bytes, the callers
// (a key and a line of 64 bits, and two texts), and the sites: a key (0: free), a caller, a depth, an amount
// for each column, and the frames, all of 64 bits. See runner/probe/src/sites.rs.

import { openSync, readSync, writeSync } from "node:fs";
import { endianness } from "node:os";

const HEADER = 32;
const NAME = 16;
// Words of a site before its amounts.
const NUMBERS = 3;
const little = endianness() === "LE";

// What begins anew with each round, and at what: no native call is open then, so no handle is left.
const PEAKS = { "handles": null, "handles.peak": null, "queue.peak": "queue" };

export class Sites {
  #file;
  #start;
  #words;
  #record;
  #columns;

  constructor(path) {
    this.#file = openSync(path, "r+");
    const header = this.#read(0, HEADER);
    const [columns, callers, sites, frames, , text] = [8, 12, 16, 20, 24, 28].map((at) =>
      little ? header.readUInt32LE(at) : header.readUInt32BE(at),
    );
    const names = this.#read(HEADER, columns * NAME);
    this.#columns = Array.from({ length: columns }, (_, column) =>
      names.toString("latin1", column * NAME, (column + 1) * NAME).replace(/\0.*$/s, ""),
    );
    this.#start = HEADER + names.length + callers * (16 + 2 * text);
    this.#record = NUMBERS + columns + frames;
    this.#words = new BigInt64Array(sites * this.#record);
  }

  // For each column that any site has something of, [number of the site, amount] of those.
  amounts() {
    const amounts = {};
    for (const number of this.#used()) {
      this.#columns.forEach((name, column) => {
        const amount = this.#words[number * this.#record + NUMBERS + column];
        if (amount !== 0n) (amounts[name] ??= []).push([number, Number(amount)]);
      });
    }
    return amounts;
  }

  // To be called where no native call is open and nothing is at work.
  resetPeaks() {
    for (const number of this.#used()) {
      for (const [peak, gauge] of Object.entries(PEAKS)) {
        const at = number * this.#record + NUMBERS;
        const now = gauge ? this.#words[at + this.#columns.indexOf(gauge)] : 0n;
        const column = at + this.#columns.indexOf(peak);
        if (this.#words[column] === now) continue;
        writeSync(this.#file, new BigInt64Array([now]), 0, 8, this.#start + column * 8);
      }
    }
  }

  #used() {
    readSync(this.#file, this.#words, 0, this.#words.byteLength, this.#start);
    const used = [];
    for (let number = 0; number * this.#record < this.#words.length; number++) {
      // The key of a site is written first, its depth last.
      if (this.#words[number * this.#record] !== 0n) used.push(number);
    }
    return used;
  }

  #read(from, length) {
    const bytes = Buffer.alloc(length);
    readSync(this.#file, bytes, 0, length, from);
    return bytes;
  }
}
