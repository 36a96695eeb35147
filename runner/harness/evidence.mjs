// The file of evidence: one JSON object a line, written at once.

import { openSync, writeSync } from "node:fs";

const NO_EVIDENCE = 97;

export class Evidence {
  #file;

  constructor(path) {
    this.#file = openSync(path, "a");
  }

  write(entry) {
    const line = JSON.stringify(entry) + "\n";
    try {
      writeSync(this.#file, line);
    } catch (error) {
      // A full disk is not the add-on's fault: the runner refuses such a run.
      console.error(error.message);
      process.exit(NO_EVIDENCE);
    }
  }
}
