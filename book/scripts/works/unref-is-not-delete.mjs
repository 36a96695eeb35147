// cargo build --manifest-path target/lessons/editor/Cargo.toml --package references-unref-is-not-delete
import { load } from "./load.mjs";

const addon = load("references_unref_is_not_delete");
const watches = new addon.Watches();
const changed = () => {};

export default function work() {
  for (let number = 0; number < 20_000; number++) {
    watches.watch("key", changed);
    watches.change("key", number);
  }
}
