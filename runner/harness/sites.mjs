// Reads what is alive of each call site, from the file that the probe keeps in runs that want it.
//
// The file describes itself: 8 bytes of magic, the number of sites and of frames in each, 8 bytes more,
// then for each site a key (0: free), live blocks, live bytes, handles, their peak, a
// depth, and its frames, all of 64 bits. See runner/probe/src/sites.rs.

import { openSync, readSync, writeSync } from "node:fs";
import { endianness } from "node:os";

const HEADER = 24;
const little = endianness() === "LE";

export class Sites {
  #file;
  #table;
  #record;

  constructor(path) {
    this.#file = openSync(path, "r+");
    const header = Buffer.alloc(HEADER);
    readSync(this.#file, header, 0, HEADER, 0);
    const [sites, frames] = [8, 12].map((at) => (little ? header.readUInt32LE(at) : header.readUInt32BE(at)));
    this.#record = (6 + frames) * 8;
    this.#table = Buffer.alloc(sites * this.#record);
  }

  // [number, live blocks, live bytes, peak of handles] of each site that has any.
  live() {
    return this.#read().filter(([, ...amounts]) => amounts.some((amount) => amount !== 0));
  }

  // No native call is open: the handles of all sites are gone with Node's own scopes.
  resetHandles() {
    const zero = Buffer.alloc(16);
    for (const [number, , , handles] of this.#read()) {
      if (handles !== 0) writeSync(this.#file, zero, 0, zero.length, HEADER + number * this.#record + 24);
    }
  }

  #read() {
    readSync(this.#file, this.#table, 0, this.#table.length, HEADER);
    const words = new BigInt64Array(this.#table.buffer, this.#table.byteOffset, this.#table.length / 8);
    const sites = [];
    for (let at = 0, number = 0; at < words.length; at += this.#record / 8, number++) {
      if (words[at] === 0n) continue;
      sites.push([number, Number(words[at + 1]), Number(words[at + 2]), Number(words[at + 4])]);
    }
    return sites;
  }
}
