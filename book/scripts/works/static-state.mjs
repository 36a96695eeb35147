// cargo build --manifest-path target/lessons/editor/Cargo.toml --package context-static-state
import { load } from "./load.mjs";

const addon = load("context_static_state");

export default function work() {
  const span = addon.begin(0);
  addon.end(span, 1);
  console.log("span", span);
}
