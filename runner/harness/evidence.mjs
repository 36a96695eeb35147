// The file of evidence: one JSON object a line, written at once.

import { openSync, writeSync } from "node:fs";

export class Evidence {
  #file;

  constructor(path) {
    this.#file = openSync(path, "a");
  }

  write(entry) {
    writeSync(this.#file, JSON.stringify(entry) + "\n");
  }
}
