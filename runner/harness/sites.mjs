// Reads what is alive of each call site, from the file that the probe keeps in runs that want it.
//
// The file describes itself: 8 bytes of magic, the number of sites and of frames in each, 8 bytes more,
// then for each site a key (0: free), live blocks, live bytes, blocks in all, handles made,
// a depth, and its frames, all of 64 bits. See runner/probe/src/sites.rs.

import { openSync, readSync } from "node:fs";
import { endianness } from "node:os";

const HEADER = 24;
const little = endianness() === "LE";

export class Sites {
  #file;
  #table;
  #record;

  constructor(path) {
    this.#file = openSync(path, "r");
    const header = Buffer.alloc(HEADER);
    readSync(this.#file, header, 0, HEADER, 0);
    const [sites, frames] = [8, 12].map((at) => (little ? header.readUInt32LE(at) : header.readUInt32BE(at)));
    this.#record = (6 + frames) * 8;
    this.#table = Buffer.alloc(sites * this.#record);
  }

  // [number, live blocks, live bytes, handles made] of each site that has any.
  live() {
    readSync(this.#file, this.#table, 0, this.#table.length, HEADER);
    const words = new BigInt64Array(this.#table.buffer, this.#table.byteOffset, this.#table.length / 8);
    const live = [];
    for (let at = 0, number = 0; at < words.length; at += this.#record / 8, number++) {
      const [key, blocks, bytes, , handles] = words.subarray(at, at + 5);
      if (key !== 0n && (blocks !== 0n || handles !== 0n)) live.push([number, Number(blocks), Number(bytes), Number(handles)]);
    }
    return live;
  }
}
