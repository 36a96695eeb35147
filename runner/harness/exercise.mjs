// What a learner has written, in a lesson in which that is JavaScript.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";

export class Exercise {
  #file;
  #name;

  // `file` is the copy that is graded, and `name` the file that the learner knows.
  constructor({ file, name }) {
    this.#file = file;
    this.#name = name;
  }

  async load() {
    try {
      return await import(pathToFileURL(this.#file));
    } catch (error) {
      throw error instanceof SyntaxError ? this.#withItsPlace(error) : error;
    }
  }

  // A text in which the copy is called by the file's own name.
  named(text) {
    return text.replaceAll(pathToFileURL(this.#file).href, this.#name).replaceAll(this.#file, this.#name);
  }

  // A module that can't be parsed does not say where. A script does, and is the same without its exports.
  #withItsPlace(error) {
    const script = readFileSync(this.#file, "utf8").replace(/^export(?= )/gm, "      ");
    try {
      new Script(script, { filename: this.#name });
      return error;
    } catch (placed) {
      return placed;
    }
  }
}
