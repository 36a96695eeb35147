// Loads an add-on into this thread.

import { constants } from "node:os";

const { dlopen } = process;

// A new module instance each time, also of an add-on that this thread has loaded before. Node gives each
// one an environment of its own, as it does when the module cache is emptied and a package is required
// again; the library, and what is static in it, is the same.
export function load(path) {
  const instance = { exports: {} };
  dlopen.call(process, instance, path, constants.dlopen.RTLD_NOW);
  return instance.exports;
}
