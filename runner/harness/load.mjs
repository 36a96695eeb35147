// Loads an add-on into this thread.

import { constants } from "node:os";
import { NO_PROBE, Refusal } from "./refusal.mjs";

// A new module instance each time, also of an add-on that this thread has loaded before. Node gives each
// one an environment of its own, as it does when the module cache is emptied and a package is required
// again; the library, and what is static in it, is the same.
export function load(path) {
  const instance = { exports: {} };
  try {
    process.dlopen(instance, path, constants.dlopen.RTLD_NOW);
  } catch (error) {
    // Linked to call a probe that is not there.
    if (String(error.message).includes("undefined symbol: __wrap_")) throw new Refusal(NO_PROBE);
    throw error;
  }
  return instance.exports;
}
