// The add-on of a lesson, as cargo leaves it in the workspace that `cargo lesson workspace` writes.
import { fileURLToPath } from "node:url";

export function load(name) {
  const file = new URL(`../../../target/lessons/editor/target/debug/lib${name}.so`, import.meta.url);
  const module = { exports: {} };
  process.dlopen(module, fileURLToPath(file));
  return module.exports;
}
