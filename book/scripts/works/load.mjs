// The add-on of a lesson, as `cargo build --package topic-slug` leaves it.
import { fileURLToPath } from "node:url";

export function load(name) {
  const file = new URL(`../../../target/debug/lib${name}.so`, import.meta.url);
  const module = { exports: {} };
  process.dlopen(module, fileURLToPath(file));
  return module.exports;
}
