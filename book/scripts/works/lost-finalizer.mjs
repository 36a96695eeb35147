// cargo build --manifest-path target/lessons/editor/Cargo.toml --package wrap-lost-finalizer
import { load } from "./load.mjs";

const addon = load("wrap_lost_finalizer");

export default function work(round) {
  for (let number = 0; number < 20_000; number++) {
    const document = addon.open(`document ${number} of round ${round}`);
    addon.occurrences(document, "document");
  }
}
