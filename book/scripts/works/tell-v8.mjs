// cargo build --manifest-path target/lessons/editor/Cargo.toml --package external-tell-v8
import { load } from "./load.mjs";

const addon = load("external_tell_v8");

export default async function work() {
  for (let picture = 0; picture < 100; picture++) {
    addon.drawMeter(512, 512, 1);
    await new Promise(setImmediate);
  }
}
